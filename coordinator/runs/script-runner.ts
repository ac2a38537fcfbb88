// One script's life: its statements in order, each told as it starts and ends, and at last the result table.
import { asMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { Statement } from '../../shared/language/ast.js';
import type { FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import type { ColumnInfo } from '../tables/table-engine.js';
import type { RunContext } from './context.js';
import { interruptible } from './interruptible.js';
import type { RunEventBody, StatementState } from './run-events.js';
import { runCancel } from './statements/cancel.js';
import { runLoad } from './statements/load.js';
import { recallRegister, runRegister, runUnregister } from './statements/register.js';
import { runRetry } from './statements/retry.js';
import { runSave } from './statements/save.js';
import { runSelect } from './statements/select.js';
import { runSet } from './statements/set.js';
import { runShow } from './statements/show.js';
import { recallTrain, runTrain } from './statements/train.js';
import { showResult } from './statements/train-job.js';

/** What a statement that must not be done twice left behind. */
export type FinishedStatement =
  | { readonly kind: 'save' }
  | { readonly kind: 'unregister'; readonly name: string }
  | {
      readonly kind: 'register';
      readonly name: string;
      readonly functionId: string;
      readonly spec: FunctionSpec;
    }
  | { readonly kind: 'train'; readonly columns: readonly ColumnInfo[]; readonly rowsJson: readonly string[] };

export interface ScriptRunOptions {
  readonly finished: ReadonlyMap<number, FinishedStatement>;
  /** Statements that an earlier coordinator did and told of: what they made is made again, and nothing is said. */
  readonly told: number;
  /** The statement that it told of as running, where it did not come to its end; else -1. */
  readonly toldRunning: number;
  readonly rowLimit: number;
  /** The statement is done, and told; kept when the promise resolves. */
  readonly onDone: (
    index: number,
    event: RunEventBody,
    finished: FinishedStatement | undefined,
  ) => Promise<void>;
}

/** Bytes of rows in one table event. */
const TABLE_EVENT_BYTES = 4 * 1024 * 1024;

/**
 * Runs the statements; the first that fails ends the run with its error, which names statement and position.
 */
export async function runScript(
  context: RunContext,
  statements: readonly Statement[],
  options: ScriptRunOptions,
): Promise<void> {
  /** The statement whose table is the result so far: what goes wrong in its rows is its error. */
  let resultFrom: { index: number; statement: Statement } | undefined;
  for (const [index, statement] of statements.entries()) {
    const told = index < options.told;
    const event = (state: StatementState): RunEventBody => ({
      kind: 'statement',
      index,
      statement: statement.kind,
      state,
      line: statement.span.line,
    });
    context.signal.throwIfAborted();
    context.statement = index;
    context.begun = index === options.toldRunning;
    context.quiet = told;
    const before = options.finished.get(index);
    const tableBefore = context.lastTable;
    if (before === undefined && !context.begun) context.emit(event('running'));
    let finished: FinishedStatement | undefined;
    try {
      if (before === undefined) finished = await execute(context, statement);
      else await recall(context, statement, before);
    } catch (error) {
      context.quiet = false;
      context.emit(event(context.signal.aborted ? 'cancelled' : 'failed'));
      throw errorOf(error, index, statement);
    }
    if (context.lastTable !== tableBefore) resultFrom = { index, statement };
    if (!told) await options.onDone(index, event(before === undefined ? 'done' : 'skipped'), finished);
  }
  context.quiet = false;
  try {
    await emitResult(context, options.rowLimit);
  } catch (error) {
    throw resultFrom === undefined ? error : errorOf(error, resultFrom.index, resultFrom.statement);
  }
}

/** The error with its statement; at the statement's first word where it knows no better place. */
function errorOf(error: unknown, index: number, statement: Statement): MlsqlError {
  const { line, column } = statement.span;
  return asMlsqlError(error).with({ statement: index, position: { line, column } });
}

async function execute(context: RunContext, statement: Statement): Promise<FinishedStatement | undefined> {
  switch (statement.kind) {
    case 'set':
      await runSet(context, statement);
      return undefined;
    case 'load':
      await runLoad(context, statement);
      return undefined;
    case 'select':
      await runSelect(context, statement);
      return undefined;
    case 'save':
      await runSave(context, statement);
      return { kind: 'save' };
    case 'train':
      return runTrain(context, statement);
    case 'register':
      return runRegister(context, statement);
    case 'unregister':
      return runUnregister(context, statement);
    case 'show':
      await runShow(context, statement);
      return undefined;
    case 'cancel':
      await runCancel(context, statement);
      return undefined;
    case 'retry':
      return runRetry(context, statement);
    case 'predict':
      throw new MlsqlError(
        'MLSQL_SQL_UNSUPPORTED',
        'batch prediction (predict … as …) is not part of this version',
        {
          position: { line: statement.span.line, column: statement.span.column },
          hint: 'register the model and call it: select fn(features) as prediction, * from t as result;',
        },
      );
  }
}

/** Makes what a finished statement made for the statements behind it, without doing it again. */
async function recall(context: RunContext, statement: Statement, finished: FinishedStatement): Promise<void> {
  if (finished.kind === 'train' && statement.kind === 'train')
    await recallTrain(context, statement, finished);
  if (finished.kind === 'train' && statement.kind === 'retry') await showResult(context, undefined, finished);
  if (finished.kind === 'register') recallRegister(context, finished);
  if (finished.kind === 'unregister') context.ownFunctions.delete(finished.name.toLowerCase());
}

async function emitResult(context: RunContext, limit: number): Promise<void> {
  const last = context.lastTable;
  if (last === undefined) return;
  const result =
    last.kind === 'rows'
      ? {
          columns: last.columns,
          rowsJson: last.rowsJson.slice(0, limit),
          rowCount: last.rowsJson.length,
          truncated: last.rowsJson.length > limit,
        }
      : await interruptible(context, () =>
          context.services.engine.rows(context.scope.session, last.engineTable, limit),
        );
  let start = 0;
  do {
    let end = start;
    for (let bytes = 0; end < result.rowsJson.length && bytes < TABLE_EVENT_BYTES; end++)
      bytes += result.rowsJson[end]!.length;
    context.emit({
      kind: 'table',
      name: last.name,
      columns: result.columns,
      rowsJson: result.rowsJson.slice(start, end),
      rowCount: result.rowCount,
      truncated: result.truncated,
      last: end >= result.rowsJson.length,
    });
    start = end;
  } while (start < result.rowsJson.length);
}
