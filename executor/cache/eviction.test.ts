import { expect, test } from 'vitest';
import { chooseVictims } from './eviction.js';

const quota = { bytesMax: 100, entriesMax: 4 };
const entries = (...list: [string, number, number?][]) =>
  list.map(([key, sizeBytes, pins = 0]) => [key, { sizeBytes, pins }] as const);
const held = (list: ReturnType<typeof entries>) => ({
  bytes: list.reduce((sum, [, entry]) => sum + entry.sizeBytes, 0),
  entries: list.length,
});

test('nothing goes while all of it fits', () => {
  const list = entries(['a', 40], ['b', 50]);
  expect(chooseVictims(list, held(list), { bytes: 10, entries: 1 }, quota)).toEqual([]);
});

test('the least recently used go first, and no more than needed', () => {
  const list = entries(['old', 40], ['middle', 30], ['new', 30]);
  expect(chooseVictims(list, held(list), { bytes: 1, entries: 1 }, quota)).toEqual(['old']);
  expect(chooseVictims(list, held(list), { bytes: 41, entries: 1 }, quota)).toEqual(['old', 'middle']);
});

test('what is in use stays, even where the quota cannot be kept', () => {
  const list = entries(['old', 40, 1], ['middle', 30], ['new', 30, 2]);
  expect(chooseVictims(list, held(list), { bytes: 100, entries: 1 }, quota)).toEqual(['middle']);
});

test('too many small files go as well', () => {
  const list = entries(['a', 0], ['b', 1], ['c', 1], ['d', 1]);
  expect(chooseVictims(list, held(list), { bytes: 1, entries: 2 }, quota)).toEqual(['a', 'b']);
});

test('an empty file does not go for the sake of bytes', () => {
  const list = entries(['empty', 0], ['full', 100]);
  expect(chooseVictims(list, held(list), { bytes: 1, entries: 1 }, quota)).toEqual(['full']);
});
