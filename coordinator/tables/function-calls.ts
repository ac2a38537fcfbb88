// Calls of registered functions on their way to executors, and what to say of a row that a function raised on.
import { MlsqlError } from '../../shared/errors.js';
import { isArgument } from './function-argument.js';
import { SqlWorkError } from './sql-client.js';
import type { FunctionBatch, FunctionCaller } from './table-engine.js';
import type { TableSession } from './table-session.js';
import type { FunctionCallSite } from './translator-client.js';

interface Failure {
  readonly functionId: string;
  readonly error: unknown;
  /** Where it failed on a row. */
  readonly batch: Uint8Array | undefined;
}

/** An error that names the row of the batch, as the callers of executors throw it. */
interface RowError extends MlsqlError {
  readonly row: number;
}

export class FunctionCalls {
  readonly #caller: FunctionCaller;
  /** Of each session's statement that calls functions: aborted, its calls end too. */
  readonly #signals = new Map<string, AbortSignal>();
  /** The first failed call of a session's statement: the SQL process only hears that there was one. */
  readonly #failures = new Map<string, Failure>();

  constructor(caller: FunctionCaller) {
    this.#caller = caller;
  }

  /** A statement that calls functions begins. */
  begin(session: string, signal: AbortSignal): void {
    this.#failures.delete(session);
    this.#signals.set(session, signal);
  }

  async call(session: string, functionId: string, batch: FunctionBatch): Promise<Uint8Array | undefined> {
    const signal = this.#signals.get(session);
    if (signal === undefined) throw new Error(`session ${session} is closed`);
    try {
      return await this.#caller.call(functionId, batch, signal);
    } catch (error) {
      // What the row was can be told from the arguments alone, which are gone when the statement is.
      const bytes = isRowError(error) ? await batch.bytes().catch(() => undefined) : undefined;
      if (!this.#failures.has(session)) this.#failures.set(session, { functionId, error, batch: bytes });
      throw error;
    }
  }

  forget(session: string): void {
    this.#failures.delete(session);
    this.#signals.delete(session);
  }

  /**
   * The error to show for a statement that failed in a function's call, with the row's number where the call stands on
   * a named table; undefined where no call was the reason.
   */
  async explain(
    session: TableSession,
    error: unknown,
    calls: readonly FunctionCallSite[],
    idOf: (name: string) => string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const failure = this.#failures.get(session.id);
    this.#failures.delete(session.id);
    if (!(error instanceof SqlWorkError) || error.failure.cause !== 'function' || failure === undefined)
      return undefined;
    if (!isRowError(failure.error)) return failure.error;
    const site = calls.find((call) => idOf(call.name) === failure.functionId);
    const row =
      site === undefined || failure.batch === undefined
        ? undefined
        : await rowNumber(session, site, failure.batch, failure.error.row, signal);
    if (row === undefined) return failure.error;
    const { code, message, details } = failure.error;
    return new MlsqlError(code, `${message} (row ${row} of table ${site!.table})`, details);
  }
}

function isRowError(error: unknown): error is RowError {
  return error instanceof MlsqlError && 'row' in error && typeof error.row === 'number';
}

/** The first row, counted from 1, with the argument of that row of a batch; undefined where the call stands on no named table. */
async function rowNumber(
  session: TableSession,
  site: FunctionCallSite,
  batch: Uint8Array,
  row: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (site.table === undefined || site.argument === undefined) return undefined;
  const { view } = session.get(site.table);
  const condition = isArgument('argument', site.variant, batch, row);
  const { rows } = await session.run(
    `SELECT row FROM (SELECT row_number() OVER () AS row, ${site.argument} AS argument FROM "${view}") WHERE ${condition} LIMIT 1`,
    signal,
  );
  return rows[0] === undefined ? undefined : String(rows[0][0]);
}
