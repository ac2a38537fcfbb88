// Conditions over whole columns of text, all asked in one pass.
import type { StatementRows } from '../sql-process/messages.js';
import { columnAt } from '../sql-text.js';

/** SQL of a condition over the SQL of a text; null counts as true. */
export type TextTest = (text: string) => string;

/** A column, by its place, and what all of its values may pass. */
export interface Trial {
  readonly column: number;
  readonly test: TextTest;
}

export interface TrialResult {
  /** The test is false for no row. */
  readonly passed: boolean;
  /** Values that are not null. */
  readonly values: number;
}

/**
 * DuckDB's time to plan an expression a trial grows with the square of their number: 12 s for 2,000. Beyond so many the
 * values become rows of one column, which takes half as long again to run and next to no time to plan.
 */
const PLANNED_TRIALS = 64;

/**
 * @param source - a table expression with columns c0, c1, …
 * @returns a result for each trial, in their order
 */
export async function tryAll(
  run: (sql: string) => Promise<StatementRows>,
  source: string,
  trials: readonly Trial[],
): Promise<TrialResult[]> {
  if (trials.length === 0) return [];
  return trials.length <= PLANNED_TRIALS ? tryInColumns(run, source, trials) : tryInRows(run, source, trials);
}

async function tryInColumns(
  run: (sql: string) => Promise<StatementRows>,
  source: string,
  trials: readonly Trial[],
): Promise<TrialResult[]> {
  const facts = trials.map(({ column, test }) => {
    const text = columnAt(column);
    return `coalesce(bool_and(${test(text)}), true), count(${text})`;
  });
  const [row] = (await run(`SELECT ${facts.join(', ')} FROM ${source}`)).rows;
  return trials.map((_, place) => ({
    passed: row![2 * place] === true,
    values: Number(row![2 * place + 1]),
  }));
}

async function tryInRows(
  run: (sql: string) => Promise<StatementRows>,
  source: string,
  trials: readonly Trial[],
): Promise<TrialResult[]> {
  const tests = new Map<string, number>();
  const testOf = trials.map(({ test }) => {
    const condition = test('cell');
    if (!tests.has(condition)) tests.set(condition, tests.size);
    return tests.get(condition)!;
  });
  const branches = [...tests].map(([condition, index]) => `WHEN ${index} THEN ${condition}`);
  const cells = `SELECT unnest([${trials.map(({ column }) => columnAt(column)).join(', ')}]) AS cell, unnest([${testOf.join(', ')}]) AS test, unnest(range(${trials.length})) AS trial FROM ${source}`;
  const { rows } = await run(
    `SELECT trial, coalesce(bool_and(CASE test ${branches.join(' ')} END), true), count(cell) FROM (${cells}) GROUP BY trial`,
  );
  // A source without rows has no trials to group.
  const results = trials.map((): TrialResult => ({ passed: true, values: 0 }));
  for (const [trial, passed, values] of rows) {
    results[Number(trial)] = { passed: passed === true, values: Number(values) };
  }
  return results;
}
