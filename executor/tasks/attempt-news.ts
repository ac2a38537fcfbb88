// What is told of an attempt: its phase, score, progress and metrics, gathered for a moment.
import type { Clock } from '../../shared/clock.js';
import type { AttemptFailure } from '../../shared/rpc/gen/mlsql/v1/AttemptFailure.js';
import type { AttemptId } from '../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { AttemptResult } from '../../shared/rpc/gen/mlsql/v1/AttemptResult.js';
import type { AttemptUpdate } from '../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import type { AttemptWarning } from '../../shared/rpc/gen/mlsql/v1/AttemptWarning.js';
import { UPDATE_GATHER_MS } from '../limits.js';
import { parseMarker } from '../logs/markers.js';

/** Phases as the protocol names them. */
export type AttemptPhase =
  | 'syncing'
  | 'starting'
  | 'running'
  | 'uploading'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** Keeps the state of one attempt, and sends it whenever it changes. */
export class AttemptNews {
  readonly #id: AttemptId;
  readonly #clock: Clock;
  readonly #send: (update: AttemptUpdate) => void;
  readonly #metrics: Record<string, number> = {};
  readonly #warnings: AttemptWarning[] = [];
  #newWarnings: AttemptWarning[] = [];
  #phase: AttemptPhase = 'syncing';
  #score: number | null = null;
  #unusableScore: string | undefined;
  #progress: number | undefined;
  #bytesSynced = 0;
  #final: AttemptUpdate | undefined;
  #cancelGather: (() => void) | undefined;

  constructor(id: AttemptId, clock: Clock, send: (update: AttemptUpdate) => void) {
    this.#id = id;
    this.#clock = clock;
    this.#send = send;
  }

  get phase(): AttemptPhase {
    return this.#phase;
  }

  /** The last update, once there is one. */
  get final(): AttemptUpdate | undefined {
    return this.#final;
  }

  /** All that is known, for a coordinator that comes back: also warnings that it may have had before. */
  snapshot(): AttemptUpdate {
    return this.#final ?? { ...this.#state(), warnings: [...this.#warnings] };
  }

  /** Phases that pass quickly are left out. That the script has ended is told at once: its slot is free from then on. */
  enter(phase: AttemptPhase): void {
    this.#phase = phase;
    if (phase === 'uploading') this.#sendNow();
    else this.#sendSoon();
  }

  addBytesSynced(count: number): void {
    this.#bytesSynced += count;
    this.#sendSoon();
  }

  warn(warning: AttemptWarning): void {
    this.#warnings.push(warning);
    this.#newWarnings.push(warning);
    this.#sendSoon();
  }

  /** A line of the script's output: it may carry news. */
  observe(line: string): void {
    const marker = parseMarker(line);
    if (marker === undefined) return;
    if (marker.kind === 'score') {
      this.#score = marker.value;
      this.#unusableScore = marker.value === null ? marker.text : undefined;
    } else if (marker.kind === 'metric') this.#metrics[marker.name] = marker.value;
    else this.#progress = marker.value;
    this.#sendSoon();
  }

  /** The last update: nothing follows it. */
  end(phase: 'succeeded', result: AttemptResult): void;
  end(phase: 'failed' | 'cancelled', failure: AttemptFailure): void;
  end(phase: 'succeeded' | 'failed' | 'cancelled', outcome: AttemptResult | AttemptFailure): void {
    if (this.#unusableScore !== undefined && phase === 'succeeded') {
      this.#newWarnings.push({
        code: 'MLSQL_TRAIN_NO_SCORE',
        message: `the last mlsql_validation_score is "${this.#unusableScore}", which is no number: the group counts as one without a score`,
      });
    }
    this.#phase = phase;
    this.#cancelGather?.();
    this.#cancelGather = undefined;
    this.#final = {
      ...this.#state(),
      warnings: this.#newWarnings,
      ...(phase === 'succeeded'
        ? { result: outcome as AttemptResult }
        : { failure: outcome as AttemptFailure }),
    };
    this.#send(this.#final);
  }

  #state(): AttemptUpdate {
    return {
      id: this.#id,
      phase: this.#phase,
      metrics: { ...this.#metrics },
      bytesSynced: this.#bytesSynced,
      ...(this.#score !== null && { score: this.#score }),
      ...(this.#progress !== undefined && { progress: this.#progress }),
    };
  }

  #sendNow(): void {
    this.#cancelGather?.();
    this.#cancelGather = undefined;
    if (this.#final !== undefined) return;
    const warnings = this.#newWarnings;
    this.#newWarnings = [];
    this.#send({ ...this.#state(), warnings });
  }

  #sendSoon(): void {
    this.#cancelGather ??= this.#clock.after(UPDATE_GATHER_MS, () => this.#sendNow());
  }
}
