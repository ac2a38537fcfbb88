import { expect, test } from 'vitest';
import { lineBatches } from './lines.js';

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 2, 3, 7, 1000])(
  'lines are whole in pieces of %i bytes, and only a newline ends one',
  async (size) => {
    const lines = ['{"a":"\u2028中\r"}', '', 'x'.repeat(20), 'the last has no end'];
    const found: string[] = [];
    for await (const batch of lineBatches(pieces(lines.join('\n'), size)))
      found.push(...batch.map((line) => line.toString()));
    expect(found).toEqual(lines);
  },
);

test('nothing has no lines, and an end alone has an empty one', async () => {
  const count = async (text: string): Promise<number> => {
    let lines = 0;
    for await (const batch of lineBatches(pieces(text, 10))) lines += batch.length;
    return lines;
  };
  expect([await count(''), await count('\n'), await count('a\n')]).toEqual([0, 1, 1]);
});
