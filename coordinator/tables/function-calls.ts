// Calls of registered functions on their way to executors, and what to say of a row that a function raised on.
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import { SqlWorkError } from './sql-client.js';
import type { FunctionCaller } from './table-engine.js';
import type { TableSession } from './table-session.js';
import type { FunctionCallSite } from './translator-client.js';

/** An error that names the row of the batch, as coordinator/predict throws it. */
interface RowError extends MlsqlError {
  readonly functionArguments?: string;
}

export class FunctionCalls {
  readonly #caller: FunctionCaller;
  readonly #signalOf: (session: string) => AbortSignal | undefined;
  /** Why a session's call failed: the SQL process only hears that it did. */
  readonly #failures = new Map<string, { functionId: string; error: unknown }>();

  constructor(caller: FunctionCaller, signalOf: (session: string) => AbortSignal | undefined) {
    this.#caller = caller;
    this.#signalOf = signalOf;
  }

  async call(session: string, functionId: string, batch: Uint8Array): Promise<Uint8Array> {
    const signal = this.#signalOf(session);
    if (signal === undefined) throw new Error(`session ${session} is closed`);
    try {
      return await this.#caller.call(functionId, batch, signal);
    } catch (error) {
      if (!this.#failures.has(session)) this.#failures.set(session, { functionId, error });
      throw error;
    }
  }

  forget(session: string): void {
    this.#failures.delete(session);
  }

  /** The error to show for a statement that failed in a function's call; undefined where that was not the reason. */
  async explain(
    session: TableSession,
    error: unknown,
    calls: readonly FunctionCallSite[],
    functions: ReadonlyMap<string, string>,
  ): Promise<unknown> {
    const failure = this.#failures.get(session.id);
    this.#failures.delete(session.id);
    if (!(error instanceof SqlWorkError) || error.failure.cause !== 'function' || failure === undefined)
      return undefined;
    if (!isMlsqlError(failure.error, 'MLSQL_FUNCTION_ROW')) return failure.error;
    const cause = failure.error as RowError;
    const site = calls.find((call) => functionIdOf(functions, call.name) === failure.functionId);
    const row =
      site === undefined ? undefined : await this.#rowNumber(session, site, cause.functionArguments);
    if (row === undefined) return cause;
    return new MlsqlError(cause.code, `${cause.message} (row ${row} of table ${site!.table})`, cause.details);
  }

  /** The first row, counted from 1, whose argument is the one that the function raised on. */
  async #rowNumber(
    session: TableSession,
    site: FunctionCallSite,
    argument: string | undefined,
  ): Promise<string | undefined> {
    if (site.table === undefined || site.argument === undefined || argument === undefined) return undefined;
    const numbers = numbersOf(argument);
    if (numbers === undefined) return undefined;
    const view = session.get(site.table).view;
    const literal = `[${numbers.map((number) => `${number}::DOUBLE`).join(', ')}]::DOUBLE[]`;
    const { rows } = await session.run(
      `SELECT row FROM (SELECT row_number() OVER () AS row, ${site.argument} AS argument FROM "${view}") WHERE argument = ${literal} LIMIT 1`,
    );
    return rows[0] === undefined ? undefined : String(rows[0][0]);
  }
}

function functionIdOf(functions: ReadonlyMap<string, string>, name: string): string | undefined {
  for (const [known, id] of functions) if (known.toLowerCase() === name.toLowerCase()) return id;
  return undefined;
}

/** The numbers of an argument as a worker prints it: `[1.0, 2.0]`. */
function numbersOf(text: string): number[] | undefined {
  const match = /\[([^[\]]*)\]\s*\)?\s*$/.exec(text);
  if (match === null) return undefined;
  const numbers = match[1]!.split(',').map((piece) => Number(piece.trim()));
  return numbers.every((number) => Number.isFinite(number)) ? numbers : undefined;
}
