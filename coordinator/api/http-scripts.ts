// The original's two HTTP calls as runs: /run/script gives the last table's rows, /model/predict puts data into a table first.
import { type ErrorCode, MlsqlError } from '../../shared/errors.js';
import type { RunManager } from '../runs/run-manager.js';

/**
 * Runs a script to its end.
 * @returns the rows of its last table, as many as a run shows
 * @throws the run's own error
 */
export async function runScriptForRows(
  runs: RunManager,
  script: string,
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<unknown[]> {
  const { runId } = runs.submit({
    runId: '',
    script,
    scriptName: '',
    settings,
    clientFiles: new Map(),
    rowLimit: 0,
    sessionId: '',
    user: 'http',
  });
  signal.addEventListener('abort', () => runs.cancel(runId), { once: true });
  const rows: unknown[] = [];
  for await (const { body } of runs.follow(runId, 0, signal)) {
    if (body.kind === 'table') rows.push(...body.rowsJson.map((row) => JSON.parse(row) as unknown));
    if (body.kind === 'error') {
      throw new MlsqlError(body.code as ErrorCode, body.message, {
        ...(body.hint !== '' && { hint: body.hint }),
        ...(body.line > 0 && { position: { line: body.line, column: body.column } }),
        ...(body.traceback !== '' && { traceback: body.traceback }),
      });
    }
  }
  return rows;
}

const DATA_VARIABLE = '__request_data';

/**
 * The script of a /model/predict request.
 * @param dataType - vector: data is an array of arrays of numbers; string: an array of strings; both in column `feature`;
 *   row: an array of objects, whose keys are the columns
 * @param sql - a select without from: `select fn(vec_dense(feature)) as p`
 */
export function predictScript(
  dataType: string,
  data: string,
  sql: string,
): { script: string; settings: Readonly<Record<string, string>> } {
  const rows = parseRows(data);
  if (!['vector', 'string', 'row'].includes(dataType)) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', `dataType is "${dataType}"`, {
      hint: 'it is one of vector, string, row',
    });
  }
  if (rows.length === 0)
    throw new MlsqlError('MLSQL_USAGE_INVALID', 'the form field "data" is an empty array');
  const lines = rows.map((row, index) => {
    const fits =
      dataType === 'vector'
        ? Array.isArray(row)
        : dataType === 'string'
          ? typeof row === 'string'
          : typeof row === 'object' && row !== null && !Array.isArray(row);
    if (!fits) throw new MlsqlError('MLSQL_USAGE_INVALID', `data[${index}] is no ${dataType}`);
    return JSON.stringify(dataType === 'row' ? row : { feature: row });
  });
  const select = sql.trim().replace(/;\s*$/, '');
  return {
    script: `load jsonStr.\`${DATA_VARIABLE}\` as ${DATA_VARIABLE};\n${select} from ${DATA_VARIABLE} as ${DATA_VARIABLE}_result;`,
    settings: { [DATA_VARIABLE]: lines.join('\n') },
  };
}

function parseRows(data: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(data);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Told below, as any other text that is no array.
  }
  throw new MlsqlError('MLSQL_USAGE_INVALID', 'the form field "data" is no JSON array', {
    hint: 'for example [[1.0, 2.0], [3.0, 4.0]]',
  });
}
