// Runs the corpus through a table engine and tells how each case ended.

import type { TableEngine } from '../../coordinator/tables/table-engine.js';
import { MlsqlError } from '../../shared/errors.js';
import { sessionId } from '../../shared/ids.js';
import { compareNames, compareRows, compareTypes } from './compare.js';
import type { Corpus, CorpusCase } from './corpus.js';

/**
 * `same`: as Spark, or both refuse. `refused`: the engine says that it does not support this. `names`, `types`,
 * `rows`: it answered, but otherwise. `failed`: an error that is no honest refusal. `accepted`: Spark refuses it.
 */
export type OutcomeKind = 'same' | 'refused' | 'names' | 'types' | 'rows' | 'failed' | 'accepted';

export interface Outcome {
  readonly kind: OutcomeKind;
  /** What differs, or the engine's message. */
  readonly detail?: string;
}

const SESSION = sessionId('spark-corpus');

/** Opens a session with the corpus's tables. */
export async function openCorpus(engine: TableEngine, corpus: Corpus): Promise<void> {
  await engine.openSession(SESSION);
  for (const table of corpus.tables)
    await engine.fromRows(SESSION, table.name, table.columns, table.rowsJson);
}

/** Runs one case in the session of openCorpus. */
export async function runCase(engine: TableEngine, it: CorpusCase): Promise<Outcome> {
  const { answer } = it;
  let actual: Awaited<ReturnType<TableEngine['rows']>>;
  let named: Awaited<ReturnType<TableEngine['select']>>;
  try {
    await engine.setTimeZone(SESSION, it.timeZone);
    named = await engine.select(SESSION, {
      table: 'corpus_result',
      sql: it.sql,
      functions: new Map(),
    });
    actual = await engine.rows(SESSION, named.name, 10_000);
  } catch (error) {
    if (!(error instanceof MlsqlError)) throw error;
    const detail = `${error.code} ${error.message}`;
    if (error.code === 'MLSQL_INTERNAL' || error.code === 'MLSQL_SQL_PROCESS_LOST')
      return { kind: 'failed', detail };
    if ('error' in answer) return { kind: 'same' };
    return { kind: error.code === 'MLSQL_SQL_UNSUPPORTED' ? 'refused' : 'failed', detail };
  }
  if ('error' in answer) return { kind: 'accepted', detail: `Spark refuses it: ${answer.error}` };
  const rows = compareRows(answer, actual, it.unordered);
  if (rows !== undefined) return { kind: 'rows', detail: rows };
  const types = compareTypes(answer.columns, actual.columns);
  if (types !== undefined) return { kind: 'types', detail: types };
  // The table's own names: rows are shown with numbers behind those that come again.
  const names = compareNames(answer.columns, named.columns);
  return names === undefined ? { kind: 'same' } : { kind: 'names', detail: names };
}
