// load FORMAT.`path` as t: files found, options checked, the table bound.
import { MlsqlError } from '../../../shared/errors.js';
import type { LoadStatement } from '../../../shared/language/ast.js';
import { nearestHint } from '../../../shared/language/nearest.js';
import { checkLoad } from '../../../shared/language/statement-options.js';
import { substitute } from '../../../shared/language/substitute.js';
import { resolveSources } from '../../planning/sources.js';
import { positionOf, type RunContext } from '../context.js';
import { interruptible } from '../interruptible.js';

export async function runLoad(context: RunContext, statement: LoadStatement): Promise<void> {
  const { services, scope, clientFiles } = context;
  const { format, options } = checkLoad(statement, scope.variables);
  const table = substitute(statement.table, scope.variables);
  const path = substitute(statement.path, scope.variables);
  const position = positionOf(statement.path);
  try {
    if (format === 'jsonStr' || format === 'script') {
      const inlineText = variable(context, path, position);
      await interruptible(context, () =>
        services.engine.load(scope.session, { table, format, files: [], inlineText, options }),
      );
    } else {
      const files = await resolveSources(services.store, clientFiles, path, position);
      await interruptible(context, () =>
        services.engine.load(scope.session, { table, format, files, options }),
      );
    }
  } catch (error) {
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
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
