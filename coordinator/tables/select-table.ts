// Runs a translated select whose rows must be had at once: volatile ones, and those that call registered functions.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FunctionCalls } from './function-calls.js';
import { vectorOfNumbers } from './sql-process/number-columns.js';
import { quoteName, quoteText } from './sql-text.js';
import type { TableSession } from './table-session.js';
import type { Translation } from './translator-client.js';

/**
 * Evaluates the select into a file of the session and answers a query over that file. Stages come first, in order: each
 * is a query's arguments sent to functions, and later ones, like the select itself, read the answers.
 */
export async function evaluateSelect(
  session: TableSession,
  functions: FunctionCalls,
  translation: Translation,
  idOf: (name: string) => string,
  signal: AbortSignal,
): Promise<string> {
  const tag = randomBytes(8).toString('hex');
  const stageTable = (number: number): string => `stage_${tag}_${number}`;
  const names = [...new Set(translation.calls.map((call) => call.name.toLowerCase()))];
  const aliases = new Map<string, string>();
  for (const name of names) aliases.set(name, await session.functionAlias(idOf(name), signal));
  /** Stages that were run → what reads their answers as vectors. */
  const answers = new Map<number, string>();
  const resolve = (sql: string): string => {
    let text = sql;
    for (const [name, alias] of aliases) text = text.replaceAll(`"user_function:${name}:`, `"${alias}`);
    for (const { number } of translation.stages) {
      text = text.replaceAll(`"stage:${number}:rows"`, quoteName(`${stageTable(number)}_rows`));
      text = text.replaceAll(`"stage:${number}"`, answers.get(number) ?? quoteName(stageTable(number)));
    }
    return text;
  };
  const file = join(session.folder, `${randomBytes(12).toString('hex')}.parquet`);
  functions.begin(session.id, signal);
  try {
    for (const stage of translation.stages) {
      if (stage.rows !== '') {
        const rows = quoteName(`${stageTable(stage.number)}_rows`);
        await session.run(`CREATE TEMP TABLE ${rows} AS ${resolve(stage.rows)}`, signal);
      }
      const calls = stage.calls.map((call) => ({ ...call, functionId: idOf(call.name) }));
      const table = stageTable(stage.number);
      const kept = await session.runStage({ sql: resolve(stage.sql), calls, table }, signal);
      answers.set(stage.number, answersAsVectors(table, stage.calls, kept));
    }
    await session.run(
      `COPY (${resolve(translation.sql)}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION lz4_raw)`,
      signal,
    );
  } catch (error) {
    throw (await functions.explain(session, error, translation.calls, idOf, signal)) ?? error;
  } finally {
    for (const { number } of translation.stages)
      for (const table of [stageTable(number), `${stageTable(number)}_rows`])
        await session.run(`DROP TABLE IF EXISTS ${quoteName(table)}`).catch(() => undefined);
  }
  return `SELECT * FROM read_parquet(${quoteText(file)})`;
}

/** What reads a stage's table with a column of vectors for each call, however they are kept. */
function answersAsVectors(
  table: string,
  calls: readonly { readonly column: string }[],
  kept: readonly (number | null)[],
): string {
  if (kept.every((dim) => dim === null)) return quoteName(table);
  const columns = calls.map(({ column }, call) => {
    const dim = kept[call];
    return dim == null ? quoteName(column) : `${vectorOfNumbers(column, dim)} AS ${quoteName(column)}`;
  });
  return `(SELECT ${columns.join(', ')} FROM ${quoteName(table)})`;
}
