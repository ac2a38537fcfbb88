// What one run carries from statement to statement, and what the statements need of the coordinator.
import type { Clock } from '../../shared/clock.js';
import { MlsqlError, type Position } from '../../shared/errors.js';
import type { RunId, SessionId } from '../../shared/ids.js';
import type { Text } from '../../shared/language/ast.js';
import type { Logger } from '../../shared/logger.js';
import type { Buckets } from '../../shared/object-store/buckets.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { LogForwarder } from '../kafka/log-forwarder.js';
import type { RowTopics } from '../kafka/row-topics.js';
import type { FunctionRegistry } from '../models/function-registry.js';
import type { Publisher } from '../models/publisher.js';
import type { ClientTree, ContentHasher } from '../planning/inputs.js';
import type { FunctionPool } from '../predict/function-pool.js';
import type { JobRuntime } from '../runtime/job-runtime.js';
import type { ColumnInfo, TableEngine } from '../tables/table-engine.js';
import type { RunEventBody } from './run-events.js';
import type { RunView } from './run-manager.js';

/** The coordinator's parts, as statements use them. */
export interface Services {
  readonly clock: Clock;
  readonly store: ObjectStore;
  /** Of S3, that scripts name. */
  readonly buckets: Buckets;
  readonly hasher: ContentHasher;
  readonly engine: TableEngine;
  readonly jobs: JobRuntime;
  readonly publisher: Publisher;
  readonly registry: FunctionRegistry;
  readonly functions: FunctionPool;
  readonly logForwarder: Pick<LogForwarder, 'forward'>;
  readonly rowTopics: Pick<RowTopics, 'publish' | 'removeWithJob'>;
  readonly logger: Logger;
  readonly graceMs: number;
  listRuns(limit: number): readonly RunView[];
}

/** Variables and tables; runs of one session share them. */
export interface Scope {
  readonly session: SessionId;
  readonly variables: Map<string, string>;
}

/** The result table so far: rows in hand, or a table of the engine. */
export type LastTable =
  | { readonly kind: 'table'; readonly name: string; readonly engineTable: string }
  | {
      readonly kind: 'rows';
      readonly name: string;
      readonly columns: readonly ColumnInfo[];
      readonly rowsJson: readonly string[];
    };

export interface RunContext {
  readonly runId: RunId;
  /** When the run began, milliseconds since 1970; stays when it goes on after a restart or a failure. */
  readonly startTimeMs: number;
  readonly user: string;
  readonly scope: Scope;
  readonly services: Services;
  readonly clientFiles: ReadonlyMap<string, ClientTree>;
  /** Names that the client set (`--set`); a script's own set does not change them. */
  readonly pinnedVariables: ReadonlySet<string>;
  /** Functions that this run registered, name in lower case → id. They win over the cluster's. */
  readonly ownFunctions: Map<string, string>;
  readonly signal: AbortSignal;
  readonly jobIds: string[];
  /** Index of the statement that runs. */
  statement: number;
  /** True where an earlier coordinator began this statement, and did not tell of its end. */
  begun: boolean;
  /** Resolves when all that was told is kept: whoever goes on with the run knows of it. */
  kept(): Promise<void>;
  /** True: the process ends and the run does not, the next coordinator goes on with it. */
  leaving(): boolean;
  /** The job that this statement noted, or an earlier coordinator for it, if it had got that far. */
  startedJob(): string | undefined;
  /** Of a job of this run: `algIndex/attempt` → how many of its log lines were told. */
  toldLines(jobId: string): ReadonlyMap<string, number>;
  /** Notes the job that this statement is about to submit; kept when the promise resolves. */
  noteJob(jobId: string): Promise<void>;
  lastTable: LastTable | undefined;
  /** True: nothing is told, since an earlier coordinator told it. */
  quiet: boolean;
  emit(body: RunEventBody): void;
  warn(warning: Omit<Extract<RunEventBody, { kind: 'warning' }>, 'kind'>): void;
}

export const positionOf = (text: Text): Position => ({ line: text.span.line, column: text.span.column });

/** Waits for the work; its error names this place of the script, where it knows none. */
export async function atPosition<T>(work: Promise<T>, position: Position): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
}
