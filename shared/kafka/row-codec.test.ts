import { isDeepStrictEqual } from 'node:util';
import { Unpackr, unpack } from 'msgpackr';
import { expect, test } from 'vitest';
import { createRng, nextRandom } from '../rng.js';
import { RowDecoder, RowEncoder } from './row-codec.js';
import { STOP_MARK } from './row-messages.js';

const encoder = new RowEncoder();
const encode = (json: string): Buffer => encoder.encode(Buffer.from(json));
const throughBoth = (json: string): string => {
  const decoder = new RowDecoder();
  expect(decoder.add(encode(json))).toBe(true);
  return decoder.take().toString();
};

/** Whatever a table can hold, and JSON can say. */
function anyValue(random: () => number, depth = 0): unknown {
  const kind = Math.floor(random() * (depth > 3 ? 6 : 8));
  const size = Math.floor(random() ** 4 * 70_000);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return Math.round((random() - 0.5) * 2 ** Math.floor(random() * 53)) || 0;
    case 3:
      return (random() - 0.5) * 10 ** Math.floor(random() * 310 - 300) + 0.1;
    case 4:
      return `${'é"\\\n\u2028中\u0001x😀'.slice(0, random() < 0.5 ? 20 : 7)}${'y'.repeat(size)}`;
    case 5:
      return Math.floor(random() * 200) - 100;
    case 6:
      return Array.from({ length: Math.floor(random() * (depth === 0 ? 20 : 4)) }, () =>
        anyValue(random, depth + 1),
      );
    default:
      return Object.fromEntries(
        Array.from({ length: Math.floor(random() * (depth === 0 ? 20 : 4)) }, (_, key) => [
          `k${key}"`,
          anyValue(random, depth + 1),
        ]),
      );
  }
}

test('a row is what another reader of MessagePack takes it for, and comes back as it was', () => {
  const reader = new Unpackr({ int64AsType: 'auto' as 'number', useRecords: false });
  const rng = createRng(7);
  const random = (): number => nextRandom(rng);
  for (let round = 0; round < 300; round++) {
    const row = { a: anyValue(random), b: anyValue(random), [`c${round}`]: anyValue(random) };
    const json = JSON.stringify(row);
    const packed = encode(json);
    // The rows are large: which one it was says enough.
    expect([round, isDeepStrictEqual(reader.unpack(packed), row)]).toEqual([round, true]);
    expect([round, isDeepStrictEqual(JSON.parse(throughBoth(json)), row)]).toEqual([round, true]);
  }
});

test.each([
  '{"a":1,"b":1.0,"c":-0.0,"d":1e+300,"e":1e-7}',
  '{"a":9007199254740993,"b":-9223372036854775808,"c":18446744073709551615}',
  '{"a":170141183460469231731687303715884105727,"b":-99999999999999999999999999999999999999}',
  '{"a":127,"b":128,"c":255,"d":256,"e":65535,"f":65536,"g":4294967295,"h":4294967296,"i":-32,"j":-33,"k":-128,"l":-129,"m":-32769,"n":-2147483649}',
  '{"a":[1.0,2.0,[]],"b":{},"c":"\u2028 \\" \\\\ 中","d":null,"e":true,"f":false}',
  '{}',
])('numbers stay what they are, and text too: %s', (json) => {
  const line = throughBoth(json);
  expect(line.endsWith('\n')).toBe(true);
  expect(line).toBe(`${json}\n`);
});

test('short decimals are the doubles that they stand for', () => {
  const rng = createRng(3);
  for (let round = 0; round < 20_000; round++) {
    const digits = String(Math.floor(nextRandom(rng) * 10 ** (1 + Math.floor(nextRandom(rng) * 15))));
    const point = Math.floor(nextRandom(rng) * (digits.length + 1));
    const text = `${nextRandom(rng) < 0.5 ? '-' : ''}${digits.slice(0, point) || '0'}.${digits.slice(point) || '0'}`;
    const { a } = unpack(encode(`{"a":${text}}`)) as { a: number };
    expect([text, Object.is(a, Number(text))]).toEqual([text, true]);
  }
});

test('a list of 70,000 and a map of 70,000', () => {
  const many = {
    list: Array.from({ length: 70_000 }, (_, n) => n),
    map: Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [`k${n}`, n])),
  };
  expect(JSON.parse(throughBoth(JSON.stringify(many)))).toEqual(many);
});

test.each([
  '',
  '[1]',
  '{"a":1',
  '{"a" 1}',
  '{"a":1}}',
  '{"a":}',
  '{"a":tru}',
  '{"a":"x}',
  '{a:1}',
  '{"a":1,}',
  '{"a":"\\q"}',
  '{"a":--1}',
  '{"a":-}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":1.2.3}',
  '{"a":1x}',
  '"a"',
])('no JSON object: %s', (json) => {
  expect(() => encode(json)).toThrow(/not a JSON object/);
});

test('what another wrote is told from a row, cut anywhere', () => {
  const decoder = new RowDecoder();
  const row = encode('{"a":[1.5,300,-300,"text",70000,{"b":null}],"c":123456789012345678901234567890}');
  for (let length = 0; length < row.length; length++)
    expect(decoder.add(row.subarray(0, length))).toBe(false);
  for (const bytes of [
    STOP_MARK,
    Buffer.from('{"a":1}'),
    Buffer.from([0x81, 0x01, 0x02]),
    Buffer.concat([row, row]),
    Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]),
  ])
    expect(decoder.add(bytes)).toBe(false);
  expect(decoder.add(Buffer.alloc(5000, 0x91))).toBe(false);
  expect(decoder.size).toBe(0);
  expect(unpack(STOP_MARK)).toBe('_stop_');
});
