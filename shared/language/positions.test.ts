import { expect, test } from 'vitest';
import { advance, LineIndex } from './positions.js';

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

test('answers do not depend on what was asked before', () => {
  const text = '\uFEFFab😀c\n中x\r\n\nlast line';
  const lines = new LineIndex(text);
  const offsets = Array.from({ length: text.length }, (_, offset) => offset).filter(
    (offset) => !/[\uDC00-\uDFFF]/.test(text[offset]!),
  );
  for (const first of offsets) {
    for (const second of offsets) {
      lines.positionAt(first);
      expect(lines.positionAt(second)).toEqual(new LineIndex(text).positionAt(second));
    }
  }
});
