import { expect, test } from 'vitest';
import { advance, formatCaret, LineIndex } from './positions.js';

test('lines end with \\n, \\r\\n or \\r; columns count code points', () => {
  const text = 'ab\r\n😀c\rd\n\n中x';
  const at = (offset: number): string => {
    const { line, column } = new LineIndex(text).positionAt(offset);
    return `${line}:${column}`;
  };
  expect(at(0)).toBe('1:1');
  expect(at(text.indexOf('b'))).toBe('1:2');
  expect(at(text.indexOf('😀'))).toBe('2:1');
  expect(at(text.indexOf('c'))).toBe('2:2');
  expect(at(text.indexOf('d'))).toBe('3:1');
  expect(at(text.indexOf('中') - 1)).toBe('4:1');
  expect(at(text.indexOf('x'))).toBe('5:2');
  expect(at(text.length)).toBe('5:3');
});

test('a byte order mark belongs to no column', () => {
  expect(new LineIndex('\uFEFFab').positionAt(1)).toEqual({ line: 1, column: 1 });
});

test('advance agrees with an index of the whole text, at every offset', () => {
  const before = 'x\n中😀';
  const text = 'a😀\r\nb\n\ncd\r';
  const lines = new LineIndex(before + text);
  for (let offset = 0; offset <= text.length; offset++) {
    // An offset inside a line end or a surrogate pair is no character's.
    if (text[offset] === '\n' && text[offset - 1] === '\r') continue;
    if (/[\uDC00-\uDFFF]/.test(text[offset] ?? '')) continue;
    expect(advance(lines.positionAt(before.length), text, offset)).toEqual(
      lines.positionAt(before.length + offset),
    );
  }
});

test('the caret stands under the character', () => {
  expect(formatCaret('a\n  selct 1;', { line: 2, column: 3 })).toBe('2 |   selct 1;\n      ^');
  expect(formatCaret('x', { line: 1, column: 2 })).toBe('1 | x\n     ^');
  expect(formatCaret('', { line: 1, column: 1 })).toBe('1 | \n    ^');
});

test('the caret keeps step with tabs, wide characters and emoji', () => {
  expect(formatCaret('\tx', { line: 1, column: 2 })).toBe('1 | \tx\n    \t^');
  expect(formatCaret('中文😀x', { line: 1, column: 4 })).toBe(`1 | 中文😀x\n    ${' '.repeat(6)}^`);
  expect(formatCaret('e\u0301x', { line: 1, column: 3 })).toBe('1 | e\u0301x\n     ^');
});

test('of a very long line only the part around the caret is drawn', () => {
  const [line, caret] = formatCaret(`${'a'.repeat(5000)}!${'b'.repeat(5000)}`, {
    line: 1,
    column: 5001,
  }).split('\n');
  expect(line!.length).toBeLessThan(220);
  expect(line![caret!.indexOf('^')]).toBe('!');
  expect(line).toMatch(/^1 \| …a+!b+…$/);
});

test('a position outside of the script draws nothing', () => {
  expect(formatCaret('a', { line: 2, column: 1 })).toBe('');
});
