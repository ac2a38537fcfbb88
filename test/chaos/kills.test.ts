import { expect, it } from 'vitest';
import { disturbances } from './kills.js';

const TARGETS = ['coordinator', 'one', 'two'];
const first = (seed: number, count: number) => {
  const sequence = disturbances(seed, TARGETS, 3);
  return Array.from({ length: count }, () => sequence.next().value);
};

it('gives one sequence for one seed, and others for others', () => {
  expect(first(7, 50)).toEqual(first(7, 50));
  expect(first(7, 50)).not.toEqual(first(8, 50));
});

it('meets every process, in both ways, and leaves a paused one alone until it is awake', () => {
  const all = first(1, 500);
  for (const target of TARGETS)
    for (const how of ['kill', 'pause']) expect(all).toContainEqual({ target, how });
  for (const [at, { target, how }] of all.entries())
    if (how === 'pause') expect(all.slice(at + 1, at + 4).map((next) => next.target)).not.toContain(target);
});
