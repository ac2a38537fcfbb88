// load FORMAT.`path` as t: files found, options checked, the table bound.
import { MlsqlError } from '../../../shared/errors.js';
import type { LoadStatement } from '../../../shared/language/ast.js';
import { nearestHint } from '../../../shared/language/nearest.js';
import { checkLoad } from '../../../shared/language/statement-options.js';
import { substitute } from '../../../shared/language/substitute.js';
import { resolveSources } from '../../planning/sources.js';
import { atPosition, positionOf, type RunContext } from '../context.js';
import { interruptible } from '../interruptible.js';

export async function runLoad(context: RunContext, statement: LoadStatement): Promise<void> {
  const { services, scope, clientFiles } = context;
  const { format, options } = checkLoad(statement, scope.variables);
  const table = substitute(statement.table, scope.variables);
  const path = substitute(statement.path, scope.variables);
  const position = positionOf(statement.path);
  const load = async (): Promise<void> => {
    const source =
      format === 'jsonStr' || format === 'script'
        ? { files: [], inlineText: variable(context, path, position) }
        : { files: await resolveSources(services, clientFiles, path, position) };
    await interruptible(context, () =>
      services.engine.load(scope.session, { table, format, options, ...source }),
    );
  };
  await atPosition(load(), position);
  context.lastTable = { kind: 'table', name: table, engineTable: table };
}

/** jsonStr and script read the text of a variable. */
function variable(context: RunContext, name: string, position: { line: number; column: number }): string {
  const value = context.scope.variables.get(name);
  if (value !== undefined) return value;
  throw new MlsqlError('MLSQL_SCRIPT_VARIABLE_UNKNOWN', `no variable "${name}" was set`, {
    position,
    hint: nearestHint(name, context.scope.variables.keys(), "set it first: set rows='''{\"a\":1}''';"),
  });
}
