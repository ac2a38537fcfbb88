// What is kept of runs, so that a coordinator that is started anew knows them and goes on where they were.
import type { RunId } from '../../shared/ids.js';
import type { RunEvent } from './run-events.js';
import type { RunState, RunSubmission } from './run-manager.js';
import type { FinishedStatement } from './script-runner.js';

/** A run without its events. */
export interface SavedRun {
  readonly id: RunId;
  /** Rises with each run. */
  readonly order: number;
  readonly submission: RunSubmission;
  readonly state: RunState;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly statementsDone: number;
  readonly statementsTotal: number;
  readonly jobIds: readonly string[];
  readonly message: string;
  readonly warnings: number;
}

/** Changes of one run that belong together. */
export interface RunChange {
  readonly run?: SavedRun;
  readonly events?: readonly RunEvent[];
  /** Statements that are done and never done again, by index. */
  readonly finished?: ReadonlyMap<number, FinishedStatement>;
  /** Jobs that a statement submits, by index: noted before, so that no other one is submitted for it. */
  readonly jobs?: ReadonlyMap<number, string>;
  /** What an earlier execution said is dropped first: its events, and its jobs that did not succeed. */
  readonly anew?: boolean;
}

export interface RunStore {
  /** All runs, in order of their submits. */
  load(): readonly SavedRun[];
  events(id: RunId): readonly RunEvent[];
  finished(id: RunId): Map<number, FinishedStatement>;
  jobs(id: RunId): Map<number, string>;
  /** All of it or nothing, on the disk when the promise resolves. Changes are kept in the order of the calls. */
  write(id: RunId, change: RunChange): Promise<void>;
  forget(id: RunId): Promise<void>;
}
