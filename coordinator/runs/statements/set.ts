// set k = v: a variable of the run (or session); as sql, the first value that a select answers.
import { MlsqlError } from '../../../shared/errors.js';
import type { SetStatement } from '../../../shared/language/ast.js';
import { checkSet } from '../../../shared/language/statement-options.js';
import { substitute } from '../../../shared/language/substitute.js';
import { atPosition, positionOf, type RunContext } from '../context.js';
import { functionsInScope } from '../functions-in-scope.js';
import { interruptible } from '../interruptible.js';

export async function runSet(context: RunContext, statement: SetStatement): Promise<void> {
  const { variables } = context.scope;
  const type = checkSet(statement, variables);
  const name = substitute(statement.name, variables);
  const text = substitute(statement.value, variables);
  // What the client set by --set wins.
  if (context.pinnedVariables.has(name)) return;
  const value = type === 'sql' ? await firstValue(context, statement, text) : text;
  await applySetting(context, statement, { name, value, isConf: type === 'conf' });
  variables.set(name, value);
}

/** The one setting of SQL that has a meaning here besides its text. */
const TIME_ZONE = 'spark.sql.session.timezone';
const ANSI = 'spark.sql.ansi.enabled';

/**
 * Gives the session the time zone that its variables name, as the client's `--set` or the cluster's defaults made them.
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE where there is no such zone
 */
export async function applyVariables({
  services,
  scope,
}: Pick<RunContext, 'services' | 'scope'>): Promise<void> {
  for (const [name, value] of scope.variables) {
    if (name.toLowerCase() === TIME_ZONE) await services.engine.setTimeZone(scope.session, value);
  }
}

/** A setting that would change answers unseen is refused; any other of conf has no meaning here, and is told. */
async function applySetting(
  context: RunContext,
  statement: SetStatement,
  { name, value, isConf }: { name: string; value: string; isConf: boolean },
): Promise<void> {
  const position = positionOf(statement.value);
  switch (name.toLowerCase()) {
    case TIME_ZONE:
      await atPosition(
        interruptible(context, () => context.services.engine.setTimeZone(context.scope.session, value)),
        position,
      );
      return;
    case ANSI:
      if (value.trim().toLowerCase() === 'false') return;
      throw new MlsqlError('MLSQL_SQL_UNSUPPORTED', `${name} cannot be "${value}" in this version`, {
        position,
        hint: 'Selects answer with ANSI mode off: what cannot be calculated or cast is null. Test for it: where x is null.',
      });
    default:
      if (isConf) {
        context.warn({
          code: 'MLSQL_SQL_SETTING_UNUSED',
          message: `the setting ${name} has no effect here`,
          hint: '',
          ...positionOf(statement.name),
          jobId: '',
        });
      }
  }
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
