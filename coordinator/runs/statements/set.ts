// set k = v: a variable of the run (or session); as sql, the first value that a select answers.
import { MlsqlError } from '../../../shared/errors.js';
import type { SetStatement } from '../../../shared/language/ast.js';
import { checkSet } from '../../../shared/language/statement-options.js';
import { substitute } from '../../../shared/language/substitute.js';
import { positionOf, type RunContext } from '../context.js';
import { functionsInScope } from '../functions-in-scope.js';
import { interruptible } from '../interruptible.js';

export async function runSet(context: RunContext, statement: SetStatement): Promise<void> {
  const { variables } = context.scope;
  const type = checkSet(statement, variables);
  const name = substitute(statement.name, variables);
  const text = substitute(statement.value, variables);
  // What the client set by --set wins.
  if (context.pinnedVariables.has(name)) return;
  if (type === 'conf') checkSetting(context, statement, name, text);
  variables.set(name, type === 'sql' ? await firstValue(context, statement, text) : text);
}

/** Settings of SQL that would change what a select answers, and the one value that this version answers by. */
const FIXED_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  'spark.sql.session.timezone': ['utc', 'etc/utc', 'gmt', 'z', '+00:00'],
  'spark.sql.ansi.enabled': ['false'],
};

/** A setting that would change answers is refused rather than passed over; any other has no meaning here, and is told. */
function checkSetting(context: RunContext, statement: SetStatement, name: string, value: string): void {
  const fixed = FIXED_SETTINGS[name.toLowerCase()];
  if (fixed?.includes(value.trim().toLowerCase())) return;
  if (fixed !== undefined) {
    throw new MlsqlError('MLSQL_SQL_UNSUPPORTED', `${name} cannot be "${value}" in this version`, {
      position: positionOf(statement.value),
      hint: `selects answer with ${name} = ${fixed[0]}; convert in the select, for example from_utc_timestamp(t, 'Asia/Shanghai')`,
    });
  }
  context.warn({
    code: 'MLSQL_SQL_SETTING_UNUSED',
    message: `the setting ${name} has no effect here`,
    hint: '',
    ...positionOf(statement.name),
    jobId: '',
  });
}

async function firstValue(context: RunContext, statement: SetStatement, sql: string): Promise<string> {
  const { engine } = context.services;
  const position = positionOf(statement.value);
  try {
    const functions = await functionsInScope(context, sql);
    const { columns, rowsJson } = await interruptible(context, async () => {
      const table = await engine.select(context.scope.session, { sql, functions });
      return engine.rows(context.scope.session, table.name, 1);
    });
    const row = rowsJson[0];
    if (row === undefined)
      throw new MlsqlError('MLSQL_TABLE_EMPTY', `the select of set ${statement.name.value} answers no row`, {
        position,
      });
    const value = (JSON.parse(row) as Record<string, unknown>)[columns[0]!.name];
    return typeof value === 'string' ? value : JSON.stringify(value);
  } catch (error) {
    throw error instanceof MlsqlError
      ? new MlsqlError(error.code, error.message, { ...error.details, position })
      : error;
  }
}
