import { expect, test } from 'vitest';
import { LineSplitter } from './line-splitter.js';

function split(bytes: Buffer, chunkBytes: number): { text: string; endOffset: number }[] {
  const splitter = new LineSplitter();
  const lines = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    lines.push(...splitter.push(bytes.subarray(start, start + chunkBytes)));
  }
  return [...lines, ...splitter.end()];
}

test('lines do not depend on how the bytes arrive, even inside a character', () => {
  const bytes = Buffer.from('first\n\n第二行 ünïcode\nno newline at the end');
  const whole = split(bytes, bytes.length);
  expect(whole.map((line) => line.text)).toEqual(['first', '', '第二行 ünïcode', 'no newline at the end']);
  for (const chunkBytes of [1, 2, 3, 7]) expect(split(bytes, chunkBytes)).toEqual(whole);
});

test('a line ends behind its newline, so that reading can go on there', () => {
  const bytes = Buffer.from('ab\ncdé\nx');
  const lines = split(bytes, 2);
  expect(lines.map((line) => line.endOffset)).toEqual([3, 8, 9]);
  const again = new LineSplitter(3);
  expect(again.push(bytes.subarray(3))[0]).toEqual(lines[1]);
});

test('bytes that are no UTF-8 become the replacement character', () => {
  expect(split(Buffer.from([0x61, 0xff, 0x62, 0x0a]), 9)[0]?.text).toBe('a\ufffdb');
});

test('a progress bar leaves its last state, and colours go', () => {
  const text = ' 10%|#\r 50%|#####\r100%|##########\r\n\u001b[31mred\u001b[0m\r\nplain\r\n\r\r\n';
  expect(split(Buffer.from(text), 5).map((line) => line.text)).toEqual([
    '100%|##########',
    'red',
    'plain',
    '',
  ]);
});

test('an endless line is cut, not gathered', () => {
  const splitter = new LineSplitter();
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 20; i++) expect(splitter.push(chunk)).toEqual([]);
  const [line] = splitter.push(Buffer.from('tail\nnext\n'));
  expect(line?.text).toHaveLength(65 * 1024);
  expect(line?.endOffset).toBe(20 * 1024 * 1024 + 5);
});
