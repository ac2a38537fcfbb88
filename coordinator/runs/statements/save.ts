// save [mode] t as FORMAT.`path`: the table is written as a folder of the store.
import { createHash } from 'node:crypto';
import type { SaveStatement } from '../../../shared/language/ast.js';
import { checkSave } from '../../../shared/language/statement-options.js';
import { substitute } from '../../../shared/language/substitute.js';
import { saveTarget } from '../../planning/inputs.js';
import { atPosition, positionOf, type RunContext } from '../context.js';
import { interruptible } from '../interruptible.js';

export async function runSave(context: RunContext, statement: SaveStatement): Promise<void> {
  const { services, scope } = context;
  const { format, options } = checkSave(statement, scope.variables);
  const table = substitute(statement.table, scope.variables);
  const path = substitute(statement.path, scope.variables);
  const position = positionOf(statement.path);
  const target = await atPosition(saveTarget(services.buckets, path, position), position);
  await atPosition(services.engine.describe(scope.session, table), positionOf(statement.table));
  const partitionBy = statement.partitionBy.map((column) => substitute(column, scope.variables));
  const save = {
    table,
    format,
    ...target,
    mode: statement.mode,
    id: saveId(context),
    options,
    partitionBy,
  };
  await atPosition(
    interruptible(context, () => services.engine.save(scope.session, save)),
    position,
  );
}

/** The same for the same statement of the same run, also after a restart. Names of runs may be used again, later. */
function saveId({ runId, startTimeMs, statement }: RunContext): string {
  return createHash('sha256').update(`${runId}\0${startTimeMs}\0${statement}`).digest('hex').slice(0, 16);
}
