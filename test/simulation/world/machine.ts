// The machine below an executor: scripts behind their shims. They outlive the executor's process, as real ones do.

import type { ErrorReport, ExitReport } from '../../../executor/tasks/reports.js';
import type { AttemptId__Output as AttemptId } from '../../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { TaskSpec__Output as TaskSpec } from '../../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import type { VirtualTime } from '../scheduling/chaos.js';
import type { Faults } from './faults.js';

export interface ScriptEnd {
  readonly exit: ExitReport;
  readonly error: ErrorReport | undefined;
}

const SIGTERM_MS = 200;
/** Where a task has no timeout of its own, a hanging script is ended by its shim after this long. */
const exitOf = (exit: Partial<ExitReport>): ExitReport => ({
  cause: 'exit',
  exitCode: undefined,
  signal: '',
  peakMemoryBytes: 1,
  message: '',
  ...exit,
});

/** One script with its shim. */
export class Child {
  ended: ScriptEnd | undefined;
  readonly #listeners = new Set<(end: ScriptEnd) => void>();
  readonly #ignoresSignals: boolean;
  #stopping = false;

  constructor(
    readonly id: AttemptId,
    readonly task: TaskSpec,
    private readonly time: VirtualTime,
    faults: Faults,
  ) {
    const { dice } = faults;
    this.#ignoresSignals = faults.strikes('child ignores signals', 0.1);
    const workMs = dice.between(200, dice.chance(0.15) ? 40_000 : 8_000);
    if (faults.strikes('child hang', 0.04)) {
      time.after(task.timeoutMs, () => this.#end({ exit: exitOf({ cause: 'timeout' }), error: undefined }));
      return;
    }
    const crashes = faults.strikes('child crash', 0.12);
    time.after(workMs, () => this.#end(crashes ? crash(dice.between(0, 3)) : success()));
  }

  onEnd(listener: (end: ScriptEnd) => void): void {
    if (this.ended === undefined) this.#listeners.add(listener);
    else listener(this.ended);
  }

  /** SIGTERM to the shim: the script ends, at the latest when the grace is over. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    const patienceMs = this.#ignoresSignals ? this.task.graceMs : SIGTERM_MS;
    this.time.after(patienceMs, () =>
      this.#end({ exit: exitOf({ cause: 'signal', signal: 'SIGKILL' }), error: undefined }),
    );
  }

  #end(end: ScriptEnd): void {
    if (this.ended !== undefined) return;
    this.ended = end;
    for (const listener of this.#listeners) listener(end);
  }
}

function success(): ScriptEnd {
  return { exit: exitOf({ exitCode: 0 }), error: undefined };
}

function crash(how: number): ScriptEnd {
  if (how === 0) return { exit: exitOf({ cause: 'signal', signal: 'SIGSEGV' }), error: undefined };
  if (how === 1) return { exit: exitOf({ cause: 'memory' }), error: undefined };
  const error = {
    type: 'ValueError',
    message: 'no',
    traceback: 'Traceback: no',
    retryable: how === 2,
    code: '',
  };
  return { exit: exitOf({ exitCode: 1 }), error };
}
