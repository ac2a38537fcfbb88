import { expect, test } from 'vitest';
import { shownColumns } from './shown-columns.js';

const shown = (...names: string[]): string[] =>
  shownColumns(names.map((name) => ({ name }))).map(({ name }) => name);

test('numbers names that come again, and keeps those that do not', () => {
  expect(shown('id', 'x', 'id', 'id')).toEqual(['id', 'x', 'id_2', 'id_3']);
  expect(shown('id', 'ID')).toEqual(['id', 'ID']);
});

test('never gives a name that another column has', () => {
  expect(shown('id', 'id', 'id_2')).toEqual(['id', 'id_3', 'id_2']);
  expect(shown('id_2', 'id', 'id', 'id_3', 'id')).toEqual(['id_2', 'id', 'id_4', 'id_3', 'id_5']);
});
