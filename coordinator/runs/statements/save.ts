// save [mode] t as FORMAT.`path`: what is there already is looked at first, then the table is written.
import { MlsqlError } from '../../../shared/errors.js';
import type { SaveStatement } from '../../../shared/language/ast.js';
import { checkSave } from '../../../shared/language/statement-options.js';
import { substitute } from '../../../shared/language/substitute.js';
import { targetKey } from '../../planning/inputs.js';
import { positionOf, type RunContext } from '../context.js';
import { interruptible } from '../interruptible.js';

export async function runSave(context: RunContext, statement: SaveStatement): Promise<void> {
  const { services, scope } = context;
  const { format, options } = checkSave(statement, scope.variables);
  const table = substitute(statement.table, scope.variables);
  const path = substitute(statement.path, scope.variables);
  const position = positionOf(statement.path);
  const key = targetKey(path, 'save', position);
  await services.engine.describe(scope.session, table).catch((error: unknown) => {
    throw error instanceof MlsqlError ? error.with({ position: positionOf(statement.table) }) : error;
  });
  const mode = statement.mode;
  if ((mode === 'errorIfExists' || mode === 'ignore') && (await exists(context, key))) {
    if (mode === 'ignore') return;
    throw new MlsqlError('MLSQL_TABLE_SAVE_EXISTS', `${path} is there already`, {
      position,
      hint: 'say save overwrite or save append, or choose another path',
    });
  }
  const partitionBy = statement.partitionBy.map((column) => substitute(column, scope.variables));
  try {
    await interruptible(context, () =>
      services.engine.save(scope.session, {
        table,
        format,
        prefix: key,
        mode: mode === 'append' ? 'append' : 'overwrite',
        options,
        partitionBy,
      }),
    );
  } catch (error) {
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
}

async function exists(context: RunContext, key: string): Promise<boolean> {
  if ((await context.services.store.head(key)) !== undefined) return true;
  for await (const _ of context.services.store.list(`${key}/`, { limit: 1 })) return true;
  return false;
}
