import { describe, expect, it } from 'vitest';
import { type RunEvent, RunEvents } from './run-events.js';

const event = (index: number): RunEvent => ({
  seq: index + 1,
  timeMs: 0,
  body: { kind: 'statement', index, statement: 'set', state: 'done', line: 1 },
});

async function collect(events: AsyncIterable<RunEvent>): Promise<number[]> {
  const seen: number[] = [];
  for await (const event of events) seen.push(event.seq);
  return seen;
}

describe('the events of a run', () => {
  it('are numbered from 1, and read from any number on', async () => {
    const events = new RunEvents();
    for (let i = 0; i < 3; i++) events.push(event(i));
    events.end();
    const never = new AbortController().signal;
    expect(await collect(events.follow(0, never))).toEqual([1, 2, 3]);
    expect(await collect(events.follow(2, never))).toEqual([3]);
  });

  it('reach a reader who waits, each once, until the run has ended', async () => {
    const events = new RunEvents();
    const seen = collect(events.follow(0, new AbortController().signal));
    events.push(event(0));
    await Promise.resolve();
    events.push(event(1));
    events.push(event(2));
    events.end();
    expect(await seen).toEqual([1, 2, 3]);
  });

  it('let go of a reader who leaves', async () => {
    const abort = new AbortController();
    const seen = collect(new RunEvents().follow(0, abort.signal));
    abort.abort();
    expect(await seen).toEqual([]);
  });
});
