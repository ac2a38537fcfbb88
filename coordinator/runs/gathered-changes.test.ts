import { expect, test } from 'vitest';
import type { JobView } from '../runtime/job-view.js';
import { GatheredChanges } from './gathered-changes.js';

function gathering(): { changes: GatheredChanges; told: string[]; tick: () => void; pending: () => number } {
  let timers: (() => void)[] = [];
  const after = (_delayMs: number, callback: () => void): (() => void) => {
    timers.push(callback);
    return () => {
      timers = timers.filter((timer) => timer !== callback);
    };
  };
  const told: string[] = [];
  const changes = new GatheredChanges({ now: () => 0, after }, (view, groups) =>
    told.push(`${view.state} ${groups.join()}`),
  );
  return {
    changes,
    told,
    tick: () => timers.splice(0).forEach((timer) => void timer()),
    pending: () => timers.length,
  };
}

const running = { state: 'RUNNING', endTimeMs: 0 } as JobView;
const ended = { state: 'SUCCEEDED', endTimeMs: 1 } as JobView;

test('a change is told at once, those that follow it together', () => {
  const { changes, told, tick, pending } = gathering();
  changes.changed(running, [0, 1]);
  changes.changed(running, [1]);
  changes.changed(running, [2]);
  changes.changed(running, [1]);
  expect(told).toEqual(['RUNNING 0,1']);
  tick();
  expect(told).toEqual(['RUNNING 0,1', 'RUNNING 1,2']);
  tick();
  expect(told).toHaveLength(2);
  expect(pending()).toBe(0);
  changes.changed(running, [3]);
  expect(told[2]).toBe('RUNNING 3');
});

test('the end is told at once, with what was gathered, and nothing after the close', () => {
  const { changes, told, pending } = gathering();
  changes.changed(running, [0]);
  changes.changed(running, [1]);
  changes.changed(ended, [2]);
  expect(told).toEqual(['RUNNING 0', 'SUCCEEDED 1,2']);
  changes.changed(running, [3]);
  changes.close();
  expect(told[2]).toBe('RUNNING 3');
  expect(pending()).toBe(0);
});
