// The original's two HTTP calls as runs: /run/script gives the last table's rows, /model/predict puts data into a table first.
import { MlsqlError } from '../../shared/errors.js';
import type { RunEventBody } from '../runs/run-events.js';
import type { RunManager } from '../runs/run-manager.js';

/** A script for rows: what POST /run/script and /model/predict come to. */
export interface ScriptForRows {
  readonly script: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Rows wanted at most; default ROWS_HTTP. */
  readonly rowLimit?: number;
  /** True: it trains and saves nothing, and whoever asked asks again; see RunSubmission. */
  readonly ephemeral?: boolean;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** The last table's rows, one JSON text each. */
export interface ScriptRows {
  readonly rowsJson: readonly string[];
  readonly rowCount: number;
  readonly truncated: boolean;
}

/** Rows that an answer over HTTP holds at most. */
const ROWS_HTTP = 100_000;

/**
 * Runs a script to its end, and forgets the run: nobody can follow it by its id.
 * @throws the run's own error
 */
export async function runScriptForRows(runs: RunManager, job: ScriptForRows): Promise<ScriptRows> {
  const { runId } = await runs.submit({
    runId: '',
    script: job.script,
    scriptName: '',
    settings: job.settings ?? {},
    clientFiles: new Map(),
    rowLimit: job.rowLimit ?? ROWS_HTTP,
    sessionId: '',
    user: 'http',
    ephemeral: job.ephemeral ?? false,
  });
  const cancel = (): void => runs.cancel(runId);
  job.signal.addEventListener('abort', cancel, { once: true });
  const rowsJson: string[] = [];
  let rowCount = 0;
  let truncated = false;
  try {
    for await (const { body } of runs.follow(runId, 0, job.signal)) {
      if (body.kind === 'table') {
        for (const row of body.rowsJson) rowsJson.push(row);
        ({ rowCount, truncated } = body);
      }
      if (body.kind === 'error') throw errorOf(body);
    }
  } finally {
    job.signal.removeEventListener('abort', cancel);
    runs.forget(runId);
  }
  return { rowsJson, rowCount, truncated };
}

function errorOf(body: Extract<RunEventBody, { kind: 'error' }>): MlsqlError {
  return new MlsqlError(body.code, body.message, {
    ...(body.hint !== '' && { hint: body.hint }),
    ...(body.line > 0 && { position: { line: body.line, column: body.column } }),
    ...(body.traceback !== '' && { traceback: body.traceback }),
  });
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
): { script: string; settings: Readonly<Record<string, string>>; rowLimit: number } {
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
    script: `load jsonStr.\`${DATA_VARIABLE}\` as ${DATA_VARIABLE};\n${select}\nfrom ${DATA_VARIABLE} as ${DATA_VARIABLE}_result;`,
    settings: { [DATA_VARIABLE]: lines.join('\n') },
    rowLimit: rows.length,
  };
}

function parseRows(data: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(data);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Told below, like all text that is no array.
  }
  throw new MlsqlError('MLSQL_USAGE_INVALID', 'the form field "data" is no JSON array', {
    hint: 'for example [[1.0, 2.0], [3.0, 4.0]]',
  });
}
