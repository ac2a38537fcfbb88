// select … as t: the text with its variables filled in becomes a table of the session; functions are pinned now.
import { MlsqlError } from '../../../shared/errors.js';
import type { SelectStatement } from '../../../shared/language/ast.js';
import { substitute, substituteWithMap } from '../../../shared/language/substitute.js';
import type { RunContext } from '../context.js';
import { functionsInScope } from '../functions-in-scope.js';
import { interruptible } from '../interruptible.js';

export async function runSelect(context: RunContext, statement: SelectStatement): Promise<void> {
  const { engine } = context.services;
  const name =
    statement.table === undefined ? undefined : substitute(statement.table, context.scope.variables);
  const { text, positionAt } = substituteWithMap(statement.sql, context.scope.variables);
  try {
    const functions = await functionsInScope(context, text);
    const table = await interruptible(context, () =>
      engine.select(context.scope.session, {
        sql: text,
        functions,
        ...(name !== undefined && { table: name }),
      }),
    );
    context.lastTable = { kind: 'table', name: name ?? '', engineTable: table.name };
  } catch (error) {
    throw atScriptPosition(error, text, positionAt);
  }
}

/** A SQL error's position counts within the select; here it becomes one of the script. */
function atScriptPosition(
  error: unknown,
  text: string,
  positionAt: (offset: number) => { line: number; column: number },
): unknown {
  if (!(error instanceof MlsqlError) || error.details.position === undefined) return error;
  const { line, column } = error.details.position;
  const lines = text.split('\n');
  const offset = lines.slice(0, line - 1).reduce((sum, content) => sum + content.length + 1, 0) + column - 1;
  const moved = new MlsqlError(error.code, error.message, {
    ...error.details,
    position: positionAt(Math.min(offset, text.length)),
  });
  if (error.stack !== undefined) moved.stack = error.stack;
  return moved;
}
