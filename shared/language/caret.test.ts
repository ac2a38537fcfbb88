import { expect, test } from 'vitest';
import { formatCaret } from './caret.js';

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
