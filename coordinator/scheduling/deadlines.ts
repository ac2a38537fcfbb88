// What has to be looked at, and when. The machine never waits: it asks to be woken.
import TinyQueue from 'tinyqueue';
import type { Deadline, SchedulerState } from './model.js';
import type { Turn } from './turn.js';

export function createDeadlines(): TinyQueue<Deadline> {
  return new TinyQueue<Deadline>([], (a, b) => a.atMs - b.atMs);
}

export function addDeadline(state: SchedulerState, atMs: number, subject: Deadline['subject']): void {
  state.deadlines.push({ atMs, subject });
}

/** The next deadline that is due, taken out. */
export function takeDue(state: SchedulerState, now: number): Deadline | undefined {
  const next = state.deadlines.peek();
  if (next === undefined || next.atMs > now) return undefined;
  return state.deadlines.pop();
}

/** Asks for a wake-up at the earliest deadline, unless one that is early enough was asked for already. */
export function askForWake(turn: Turn): void {
  const { state } = turn;
  const atMs = state.deadlines.peek()?.atMs;
  if (atMs === undefined || atMs >= state.wakeAtMs) return;
  state.wakeAtMs = atMs;
  turn.emit({ type: 'wake-at', atMs });
}
