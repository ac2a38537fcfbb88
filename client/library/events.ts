// The events of a run as the contract names them (also what `--json` prints), made from what the coordinator streams.
import type { GroupStatus__Output } from '../../shared/rpc/gen/mlsql/v1/GroupStatus.js';
import type { RunEvent__Output } from '../../shared/rpc/gen/mlsql/v1/RunEvent.js';
import type { TableEvent__Output } from '../../shared/rpc/gen/mlsql/v1/TableEvent.js';
import { parseRow } from './rows.js';

export type StatementState = 'running' | 'done' | 'failed' | 'cancelled' | 'skipped';
export type JobState = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface StatementEvent {
  readonly event: 'statement';
  /** Position in the script, from 0. */
  readonly index: number;
  /** set, load, select, save, train, register, unregister, predict, show, cancel. */
  readonly kind: string;
  readonly state: StatementState;
  /** Line of its first word, from 1. */
  readonly line: number;
}

/** One group of a job. What is not known (yet) is null. */
export interface GroupEvent {
  readonly algIndex: number;
  /** pending, assigned, syncing, starting, running, uploading, succeeded, failed, cancelled, lost. */
  readonly phase: string;
  /** 0 to 1, as the script prints it. */
  readonly progress: number | null;
  /** From 1; 0: none yet. */
  readonly attempt: number;
  readonly executor: string | null;
  readonly score: number | null;
  /** What a waiting group waits for, why a failed one failed. */
  readonly message: string | null;
}

/** What a job moved and took. */
export interface JobSummary {
  /** Bytes of training data written to the store for this job; 0: they lay there already. */
  readonly dataBytesWritten: number;
  readonly dataBytesTotal: number;
  /** Bytes that executors fetched from the store for it. */
  readonly bytesSynced: number;
  readonly durationMs: number;
}

export interface JobEvent {
  readonly event: 'job';
  readonly jobId: string;
  readonly path: string;
  /** null: the job replaces the path itself (keepVersion=false). */
  readonly version: number | null;
  readonly state: JobState;
  readonly reason: string;
  /** The groups that changed since the event before. */
  readonly groups: readonly GroupEvent[];
  /** In the job's last event. */
  readonly summary?: JobSummary;
}

export interface LogEvent {
  readonly event: 'log';
  readonly jobId: string;
  readonly algIndex: number;
  readonly attempt: number;
  /** Gap-free from 1 within the attempt. */
  readonly seq: number;
  readonly line: string;
}

export type Row = Readonly<Record<string, unknown>>;

export interface TableEvent {
  readonly event: 'table';
  /** null for a select without `as`. */
  readonly name: string | null;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Integers that a JavaScript number cannot hold exactly come as strings. */
  readonly rows: readonly Row[];
  /** The rows as the coordinator wrote them, one JSON object each: every digit is there. */
  readonly rowsJson: readonly string[];
  /** Rows the table has in all. */
  readonly rowCount: number;
  readonly truncated: boolean;
}

export interface WarningEvent {
  readonly event: 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly line?: number;
  readonly column?: number;
  readonly jobId?: string;
  readonly algIndex?: number;
}

export interface ErrorEvent {
  readonly event: 'error';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Index of the statement, from 0. */
  readonly statement?: number;
  readonly line?: number;
  readonly column?: number;
  readonly jobId?: string;
  readonly algIndex?: number;
  readonly traceback?: string;
  /** The store path that was not there, as the script wrote it. */
  readonly path?: string;
}

export interface DoneEvent {
  readonly event: 'done';
  readonly ok: boolean;
  /** null: it ended before there was a run. */
  readonly runId: string | null;
  readonly warnings: number;
  /** succeeded, failed, cancelled. */
  readonly state: string;
}

export type RunEvent =
  | StatementEvent
  | JobEvent
  | LogEvent
  | TableEvent
  | WarningEvent
  | ErrorEvent
  | DoneEvent;

/** Turns the coordinator's events into those of the contract; holds the parts of a table that comes in several. */
export class RunEventMapper {
  #table: TableEvent__Output[] = [];

  /** The events that this one stands for: one a log line, none for a part of a table that goes on. */
  map(event: RunEvent__Output): RunEvent[] {
    const { statement, job, log, table, warning, error, done } = event;
    if (statement) {
      const { index, kind, state, line } = statement;
      return [{ event: 'statement', index, kind, state: state as StatementState, line }];
    }
    if (job) {
      return [
        {
          event: 'job',
          jobId: job.jobId,
          path: job.path,
          version: job.version ?? null,
          state: job.state as JobState,
          reason: job.reason,
          groups: job.groups.map(groupEvent),
          ...(job.summary && { summary: { ...job.summary } }),
        },
      ];
    }
    if (log) {
      const { jobId, algIndex, attempt, firstSeq, lines } = log;
      return lines.map((line, offset) => ({
        event: 'log',
        jobId,
        algIndex,
        attempt,
        seq: firstSeq + offset,
        line,
      }));
    }
    if (table) {
      this.#table.push(table);
      if (!table.last) return [];
      const parts = this.#table;
      this.#table = [];
      return [tableEvent(parts)];
    }
    if (warning) {
      const { code, message, hint, line, column, jobId, algIndex } = warning;
      return [
        {
          event: 'warning',
          code,
          message,
          ...known({ hint, line, column, jobId }),
          ...(algIndex !== undefined && { algIndex }),
        },
      ];
    }
    if (error) {
      const { code, message, hint, line, column, jobId, algIndex, statement: index, traceback, path } = error;
      return [
        {
          event: 'error',
          code,
          message,
          ...known({ hint, line, column, jobId, traceback, path }),
          ...(index !== undefined && { statement: index }),
          ...(algIndex !== undefined && { algIndex }),
        },
      ];
    }
    if (done) {
      const { ok, runId, warnings, state } = done;
      return [{ event: 'done', ok, runId, warnings, state }];
    }
    // A newer coordinator may send kinds that this client does not know.
    return [];
  }
}

/** One group's status with null for what is not known. */
export function groupEvent(group: GroupStatus__Output): GroupEvent {
  return {
    algIndex: group.algIndex,
    phase: group.phase,
    progress: group.progress < 0 ? null : group.progress,
    attempt: group.attempt,
    executor: group.executor || null,
    score: group.score ?? null,
    message: group.message || null,
  };
}

/** The event as its line of `--json`, exactly the contract's names, without the newline. */
export function eventLine(event: RunEvent): string {
  switch (event.event) {
    case 'table': {
      const { name, columns, rowsJson, rowCount, truncated } = event;
      const head = JSON.stringify({ event: 'table', name, columns }).slice(0, -1);
      return `${head},"rows":[${rowsJson.join(',')}],"rowCount":${rowCount},"truncated":${truncated}}`;
    }
    case 'done': {
      const { ok, runId, warnings } = event;
      return JSON.stringify({ event: 'done', ok, runId, warnings });
    }
    case 'error': {
      const { path: _path, ...shown } = event;
      return JSON.stringify(shown);
    }
    default:
      return JSON.stringify(event);
  }
}

function tableEvent(parts: readonly TableEvent__Output[]): TableEvent {
  const last = parts.at(-1)!;
  const rowsJson = parts.flatMap((part) => part.rowsJson);
  // Later parts need not repeat what the first one said.
  const columns = parts.find((part) => part.columns.length > 0)?.columns ?? [];
  return {
    event: 'table',
    name: parts.find((part) => part.name !== '')?.name ?? null,
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: rowsJson.map(parseRow),
    rowsJson,
    rowCount: last.rowCount,
    truncated: last.truncated,
  };
}

/** Only what is set: protobuf's 0 and '' mean "none" in these fields. */
function known<T extends Record<string, string | number>>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== 0),
  ) as Partial<T>;
}
