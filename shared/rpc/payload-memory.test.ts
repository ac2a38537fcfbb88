import { expect, test } from 'vitest';
import { PayloadMemory } from './payload-memory.js';

const MB = 1024 * 1024;

test('memory that was given back is used again, by one at a time', () => {
  const memory = new PayloadMemory();
  const first = memory.take(MB);
  const second = memory.take(MB);
  expect(second.buffer).not.toBe(first.buffer);
  memory.giveBack(first);
  const third = memory.take(MB - 5);
  expect(third.buffer).toBe(first.buffer);
  expect(third.length).toBe(MB - 5);
  expect(memory.take(MB).buffer).not.toBe(first.buffer);
});

test('a payload that begins within its memory gives back all of it', () => {
  const memory = new PayloadMemory();
  const { buffer } = memory.take(MB);
  memory.giveBack(new Uint8Array(buffer, 100, 1000));
  expect(memory.take(MB).buffer).toBe(buffer);
});

test('neither too short memory nor much too long is taken', () => {
  const memory = new PayloadMemory();
  const { buffer } = memory.take(MB);
  memory.giveBack(new Uint8Array(buffer));
  expect(memory.take(MB + 1).buffer).not.toBe(buffer);
  expect(memory.take(1000).buffer).not.toBe(buffer);
  expect(memory.take(MB).buffer).toBe(buffer);
});

test('short payloads share no memory with any other', () => {
  const memory = new PayloadMemory();
  const [one, other] = [memory.take(10), memory.take(10)];
  expect(one.buffer.byteLength).toBe(10);
  expect(other.buffer).not.toBe(one.buffer);
});

test('what is kept is bounded, and let go of', () => {
  const memory = new PayloadMemory();
  const taken = Array.from({ length: 20 }, () => memory.take(MB));
  for (const payload of taken) memory.giveBack(payload);
  const known = new Set(taken.map(({ buffer }) => buffer));
  const again = taken.map(() => memory.take(MB));
  expect(again.filter(({ buffer }) => known.has(buffer))).toHaveLength(16);
  for (const payload of again) memory.giveBack(payload);
  memory.clear();
  const all = new Set(again.map(({ buffer }) => buffer));
  expect(all.has(memory.take(MB).buffer)).toBe(false);
});
