// What the coordinator and its SQL process say to each other, and the SQL process to its session threads.
import type { FunctionLinkAddress } from '../../../shared/rpc/function-link.js';

export interface SessionSettings {
  readonly memoryLimitBytes: number;
  readonly threads: number;
  /** Where DuckDB spills to. */
  readonly temporaryFolder: string;
  /** The only folders that DuckDB may touch. */
  readonly allowedFolders: readonly string[];
}

/** Rows of a statement, values as JSON: numbers beyond doubles and times as text. */
export interface StatementRows {
  readonly names: readonly string[];
  /** DuckDB's names of the types. */
  readonly types: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Work for one session; `id` is the coordinator's and comes back with the outcome. */
export type SessionRequest =
  | { readonly id: number; readonly op: 'run'; readonly sql: string }
  | {
      readonly id: number;
      readonly op: 'defineFunction';
      readonly name: string;
      readonly functionId: string;
    }
  | { readonly id: number; readonly op: 'stage'; readonly stage: Stage };

/** Calls of registered functions on every row of a query, made in large batches, many at once, ahead of the select. */
export interface Stage {
  /** Gives the arguments, a column a call. */
  readonly sql: string;
  readonly calls: readonly StagedCall[];
  /** The temporary table that takes the answers, rows in the query's order. */
  readonly table: string;
}

export interface StagedCall {
  readonly functionId: string;
  /** The column of answers. */
  readonly column: string;
  /** Whether the argument is a list of numbers or a vector. */
  readonly variant: 'list' | 'vector';
}

export type ToSqlProcess =
  | { readonly op: 'open'; readonly id: number; readonly session: string; readonly settings: SessionSettings }
  | { readonly op: 'close'; readonly id: number; readonly session: string }
  | { readonly op: 'work'; readonly session: string; readonly request: SessionRequest }
  | { readonly op: 'interrupt'; readonly session: string }
  | { readonly op: 'answer'; readonly session: string; readonly call: number; readonly answer: CallAnswer }
  /** The bytes of a call's batch are wanted here. */
  | { readonly op: 'fetch'; readonly fetch: number; readonly session: string; readonly call: number }
  /** The call's batch is to go to an executor that is linked. */
  | {
      readonly op: 'exchange';
      readonly exchange: number;
      readonly session: string;
      readonly call: number;
      readonly executor: string;
      readonly functionId: string;
    }
  /** Nobody waits for the exchange any more. */
  | { readonly op: 'abandon'; readonly exchange: number };

/** What came of an exchange; its answer, where there is one, is where it was wanted already. */
export type ExchangeOutcome =
  | { readonly kind: 'answered' }
  /** JSON of what the function raised, or why the executor could not ask it. */
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'lost' };

/** A function's answer to one batch: docs/function-wire.md, or why there is none. */
export type CallAnswer = { readonly batch: Uint8Array } | { readonly failed: true };

/** Bytes in memory that nobody else uses: they can go to another thread, with it. */
export type OwnedBytes = Uint8Array<ArrayBuffer>;

export interface FailedWork {
  /** DuckDB's message as it stands. */
  readonly message: string;
  /** `function`: a registered function's call failed; the coordinator knows why. `argument`: see message. */
  readonly cause: 'sql' | 'function' | 'argument' | 'cancelled' | 'session';
}

export type FromSqlProcess =
  /** Started; `link` is where executors of this machine may link up. */
  | { readonly op: 'ready'; readonly link: FunctionLinkAddress | undefined }
  | { readonly op: 'linked' | 'unlinked'; readonly executor: string }
  | { readonly op: 'exchanged'; readonly exchange: number; readonly outcome: ExchangeOutcome }
  /** Undefined: the call is over. */
  | { readonly op: 'batch'; readonly fetch: number; readonly batch: Uint8Array | undefined }
  | { readonly op: 'done'; readonly id: number; readonly rows: StatementRows | undefined }
  | { readonly op: 'failed'; readonly id: number; readonly failure: FailedWork }
  | {
      readonly op: 'call';
      readonly session: string;
      readonly call: number;
      readonly functionId: string;
    };

/** From a session's thread to the SQL process' main thread. */
export type FromSessionThread =
  | { readonly op: 'done'; readonly id: number; readonly rows: StatementRows | undefined }
  | { readonly op: 'failed'; readonly id: number; readonly failure: FailedWork }
  | {
      readonly op: 'call';
      readonly call: number;
      readonly functionId: string;
      readonly batch: OwnedBytes;
      /** True where the thread stands still until the answer is there. */
      readonly blocked: boolean;
    };

/** To a session's thread. Answers to a blocked thread come on a port of their own, where it can take them. */
export type ToSessionThread =
  | SessionRequest
  | { readonly op: 'interrupt' }
  | { readonly op: 'close'; readonly id: number }
  | {
      readonly op: 'answer';
      readonly call: number;
      readonly answer: CallAnswer;
      /** The batch that was answered: its memory is free. */
      readonly spare: OwnedBytes | undefined;
    };

/** What a session's thread is started with. */
export interface SessionThreadData {
  readonly settings: SessionSettings;
  /** Int32: [0] counts wake-ups of a blocked call, [1] is the highest request that is cancelled; request numbers rise. */
  readonly signal: SharedArrayBuffer;
}
