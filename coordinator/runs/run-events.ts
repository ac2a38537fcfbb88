// A run's events: numbered from 1, kept, and followed live from any number. Log lines are kept by the jobs' log store;
// a run holds only which lines came when.

import type { ErrorCode } from '../../shared/errors.js';
import type { ColumnInfo } from '../tables/table-engine.js';

export type StatementState = 'running' | 'done' | 'failed' | 'cancelled' | 'skipped';

export interface GroupStatus {
  readonly algIndex: number;
  readonly phase: string;
  readonly progress: number;
  readonly attempt: number;
  readonly executor: string;
  readonly score?: number;
  readonly message: string;
  readonly traceback: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
}

export interface JobSummary {
  readonly dataBytesWritten: number;
  readonly dataBytesTotal: number;
  readonly bytesSynced: number;
  readonly durationMs: number;
}

export type RunEventBody =
  | {
      readonly kind: 'statement';
      readonly index: number;
      readonly statement: string;
      readonly state: StatementState;
      readonly line: number;
    }
  | {
      readonly kind: 'job';
      readonly jobId: string;
      readonly path: string;
      readonly version?: number;
      readonly state: string;
      readonly reason: string;
      readonly groups: readonly GroupStatus[];
      readonly summary?: JobSummary;
    }
  /** Lines firstSeq to firstSeq + count - 1 of an attempt are in the log store. */
  | {
      readonly kind: 'log';
      readonly jobId: string;
      readonly algIndex: number;
      readonly attempt: number;
      readonly firstSeq: number;
      readonly count: number;
    }
  | {
      readonly kind: 'table';
      readonly name: string;
      readonly columns: readonly ColumnInfo[];
      readonly rowsJson: readonly string[];
      readonly rowCount: number;
      readonly truncated: boolean;
      readonly last: boolean;
    }
  | {
      readonly kind: 'warning';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string;
      readonly line: number;
      readonly column: number;
      readonly jobId: string;
      readonly algIndex?: number;
    }
  | {
      readonly kind: 'error';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string;
      readonly statement?: number;
      readonly line: number;
      readonly column: number;
      readonly jobId: string;
      readonly algIndex?: number;
      readonly traceback: string;
      readonly path: string;
    }
  | {
      readonly kind: 'done';
      readonly ok: boolean;
      readonly runId: string;
      readonly warnings: number;
      readonly state: 'succeeded' | 'failed' | 'cancelled';
    };

export interface RunEvent {
  readonly seq: number;
  readonly timeMs: number;
  readonly body: RunEventBody;
}

/** An append-only list of events that readers follow without polling. */
export class RunEvents {
  readonly #events: RunEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;
  #bytes = 0;

  /** About what the kept rows take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param event - its number is the one behind the last */
  push(event: RunEvent): void {
    const { body, seq } = event;
    if (seq !== this.#events.length + 1) throw new Error(`event ${seq} behind event ${this.#events.length}`);
    this.#events.push(event);
    if (body.kind === 'table') for (const row of body.rowsJson) this.#bytes += row.length;
    this.#wake();
  }

  /** No further event will come: followers end behind the last. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Those that are there. */
  all(): readonly RunEvent[] {
    return this.#events;
  }

  /** Events behind a sequence number, then live ones, until the end or an abort. */
  async *follow(afterSeq: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
    let next = afterSeq;
    while (!signal.aborted) {
      const event = this.#events[next];
      if (event !== undefined) {
        next += 1;
        yield event;
      } else if (this.#ended) {
        return;
      } else {
        await this.#appended(signal);
      }
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #appended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
