// Types of CSV columns as Spark infers them: guessed from the first rows, confirmed by every row of the files.
//
// A value has to pass an exact test of its text, since DuckDB's casts take more than Spark does ('1.5' and '0x10' as
// integers, '1_000', 'yes'). Regular expressions over all values would take longer than reading the file, so each test
// first tries a cheap condition that implies it, and only the values that miss that one meet the exact one.
import { newId } from '../../../shared/ids.js';
import type { SparkType } from '../spark-type.js';
import type { StatementRows } from '../sql-process/messages.js';
import { columnAt, quoteName } from '../sql-text.js';
import { isUtc, type TimeZone, textToTimestamp } from '../time-zone.js';
import { type TextTest, tryAll } from './column-tests.js';
import type { LoadContext } from './loader.js';

/** Rows that suggest the types, fewer where they are wide. */
const SAMPLE_ROWS = 2_000;
const SAMPLE_VALUES = 400_000;

/** How one column is read. */
export interface ColumnReading {
  readonly type: SparkType;
  /** SQL of the value from its text, where DuckDB's reader of the type would not take it as Spark does. */
  readonly fromText?: (text: string) => string;
}

export const STRING_COLUMN: ColumnReading = { type: { kind: 'string' } };

interface Candidate extends ColumnReading {
  /** True for a value that Spark takes for this type. */
  readonly exact: TextTest;
  /** True wherever `exact` is; for one whose text is so long that columns are only asked it where it may well be true. */
  readonly form?: TextTest;
  /** True only where `exact` is, and cheap; may be false or null for any value. */
  readonly cheap?: TextTest;
}

const WHOLE = String.raw`[+-]?\d+`;
const NUMBER = String.raw`[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?`;
const SPECIAL = '[+-]?NaN|[+-]?Infinity|-?Inf';
const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const MINUTES = String.raw`([01]\d|2[0-3]):[0-5]\d`;
const CLOCK = String.raw`${MINUTES}(:[0-5]\d(\.\d{1,6})?Z?)?`;
const OFFSET = String.raw`(Z|[+-](0\d|1[0-7])(:?[0-5]\d)?)`;
/** What DuckDB reads as Spark does, and much faster than spark_to_timestamp. */
const OFFSET_TIME = String.raw`${DAY}([ T]${MINUTES}(:[0-5]\d(\.\d{1,9})?${OFFSET}?)?)?`;
/** Zones, which only stand behind seconds, and the limits of each number are for spark_to_timestamp to judge. */
const LOOSE_TIME = String.raw`\d{4,6}-\d{1,2}(-\d{1,2}([ T]\d{1,2}(:\d{1,2}(:\d{1,2}([^\d].*)?)?)?)?)?`;
const SPACE = String.raw`[\x00-\x20]*`;

const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, '${pattern}')`;
/** Casts that fail are slow, so they see only values of the right form. */
const castable = (text: string, pattern: string, value: string): string =>
  `CASE WHEN ${matches(text, pattern)} THEN ${value} IS NOT NULL ELSE ${text} IS NULL END`;
const unchanged = (text: string, type: string): string =>
  `CAST(TRY_CAST(${text} AS ${type}) AS VARCHAR) = ${text}`;

/** What a column's values can all be; of those that follow each other, each takes the values of the one before. */
const candidatesIn = (zone: TimeZone): readonly Candidate[] => [
  {
    type: { kind: 'int' },
    cheap: (text) => unchanged(text, 'INTEGER'),
    exact: (text) => castable(text, WHOLE, `TRY_CAST(${text} AS INTEGER)`),
  },
  {
    type: { kind: 'bigint' },
    cheap: (text) => unchanged(text, 'BIGINT'),
    exact: (text) => castable(text, WHOLE, `TRY_CAST(${text} AS BIGINT)`),
  },
  {
    // The precision is found when the column is one. DuckDB is slow at reading long texts as decimals.
    type: { kind: 'decimal', precision: 38, scale: 0 },
    exact: (text) => matches(text, String.raw`[+-]?0*\d{1,38}\.?`),
    fromText: (text) => `CAST(rtrim(${text}, '.') AS HUGEINT)`,
  },
  {
    type: { kind: 'double' },
    // Finite numbers that DuckDB takes and Spark does not have an underscore or begin with '+-', below '-'.
    cheap: (text) =>
      `isfinite(TRY_CAST(${text} AS DOUBLE)) AND ${text} >= '-' AND NOT contains(${text}, '_')`,
    exact: (text) => matches(text, String.raw`\s*${NUMBER}\s*|${SPECIAL}`),
  },
  {
    // Java's numbers may end with the letter of their type, and stand between spaces.
    type: { kind: 'double' },
    exact: (text) => matches(text, String.raw`\s*(${NUMBER}[dDfF]?|[+-]?NaN|[+-]?Infinity)\s*|-?Inf`),
    fromText: (text) =>
      `CASE WHEN contains(${text}, 'N') OR contains(${text}, 'I') THEN CAST(trim(${text}, e' \\t\\n\\f\\r') AS DOUBLE) ELSE spark_to_double(${text}) END`,
  },
  {
    type: { kind: 'date' },
    cheap: (text) => `strlen(${text}) = 10 AND ${unchanged(text, 'DATE')}`,
    exact: (text) => castable(text, DAY, `TRY_CAST(${text} AS DATE)`),
  },
  {
    type: { kind: 'timestamp' },
    // DuckDB knows infinity and -infinity, and years before Christ, which it marks with '(BC)'.
    cheap: (text) =>
      `${unchanged(text, 'TIMESTAMP')} AND ${text} BETWEEN '0' AND ':' AND NOT contains(${text}, '(')`,
    exact: (text) =>
      castable(text, String.raw`\d{0,2}${DAY}([ T]${CLOCK})?`, `TRY_CAST(${text} AS TIMESTAMP)`),
    ...(isUtc(zone) ? {} : { fromText: (text: string) => textToTimestamp(text, zone) }),
  },
  {
    // Whatever else Spark takes for a time: offsets, and rarely single digits, a month alone, names of zones.
    type: { kind: 'timestamp' },
    form: (text) => matches(text, SPACE + LOOSE_TIME + SPACE),
    exact: (text) =>
      `CASE WHEN ${matches(text, OFFSET_TIME)} THEN TRY_CAST(${text} AS TIMESTAMPTZ) IS NOT NULL ELSE ${castable(text, SPACE + LOOSE_TIME + SPACE, `spark_to_timestamp(${text})`)} END`,
    fromText: (text) =>
      isUtc(zone)
        ? `CASE WHEN ${matches(text, OFFSET_TIME)} THEN make_timestamp(epoch_us(CAST(${text} AS TIMESTAMPTZ))) ELSE spark_to_timestamp(${text}) END`
        : textToTimestamp(text, zone),
  },
  {
    type: { kind: 'boolean' },
    cheap: (text) => `${text} IN ('true', 'false')`,
    exact: (text) => `lower(${text}) IN ('true', 'false')`,
  },
];

/** What inference found out. */
export interface InferredColumns {
  readonly columns: readonly ColumnReading[];
  /** False where the first rows alone told that every column is a string. */
  readonly allRowsRead: boolean;
}

/**
 * The narrowest type that every value of a column has.
 * @param context - runs statements, and knows the time zone of timestamps without an offset
 * @param source - a table expression with the texts of all rows, columns c0, c1, …
 */
export async function inferColumns(
  { run, timeZone }: Pick<LoadContext, 'run' | 'timeZone'>,
  source: string,
  columns: number,
): Promise<InferredColumns> {
  const candidates = candidatesIn(timeZone);
  const guesses = await guess(run, candidates, source, columns);
  const open = [...guesses.keys()].filter((column) => guesses[column]! < candidates.length);
  if (open.length === 0) return { columns: guesses.map(() => STRING_COLUMN), allRowsRead: false };

  const results = await tryAll(
    run,
    source,
    open.map((column) => ({ column, test: quickTest(candidates[guesses[column]!]!) })),
  );
  const wrong: number[] = [];
  for (const [place, column] of open.entries()) {
    const { passed, values } = results[place]!;
    if (values === 0) guesses[column] = candidates.length;
    else if (!passed) wrong.push(column);
  }
  if (wrong.length > 0) await correct(run, candidates, source, guesses, wrong);

  const readings: ColumnReading[] = [];
  for (const [column, at] of guesses.entries()) {
    const candidate = candidates[at] ?? STRING_COLUMN;
    if (candidate.type.kind === 'decimal') {
      const precision = await precisionOf(run, source, columnAt(column));
      readings.push({ ...candidate, type: { ...candidate.type, precision } });
    } else readings.push(candidate);
  }
  return { columns: readings, allRowsRead: true };
}

/** For each column the first candidate that all of the first rows pass; beyond the last where there is none. */
async function guess(
  run: (sql: string) => Promise<StatementRows>,
  candidates: readonly Candidate[],
  source: string,
  columns: number,
): Promise<number[]> {
  const sample = quoteName(newId('sample'));
  const rows = Math.min(SAMPLE_ROWS, Math.ceil(SAMPLE_VALUES / columns));
  await run(`CREATE TEMP TABLE ${sample} AS SELECT * FROM ${source} LIMIT ${rows}`);
  try {
    const guesses = Array.from({ length: columns }, () => 0);
    let open = [...guesses.keys()];
    for (const candidate of candidates) {
      const formed = candidate.form === undefined ? open : await passing(run, sample, open, candidate.form);
      // Over so few rows the cheap conditions would cost more to plan than they save.
      const passed = new Set(await passing(run, sample, formed, candidate.exact));
      open = open.filter((column) => !passed.has(column));
      for (const column of open) guesses[column]! += 1;
      if (open.length === 0) break;
    }
    return guesses;
  } finally {
    await run(`DROP TABLE ${sample}`).catch(() => undefined);
  }
}

/** Moves columns whose guess not all rows confirmed to the first later candidate that all rows pass. */
async function correct(
  run: (sql: string) => Promise<StatementRows>,
  candidates: readonly Candidate[],
  source: string,
  guesses: number[],
  columns: readonly number[],
): Promise<void> {
  // The cheap conditions would help little, since most of these tests fail, and are slow to plan in such numbers.
  const trials = columns.flatMap((column) =>
    candidates.flatMap(({ form, exact }, at) =>
      at > guesses[column]! ? [{ column, at, form, test: exact }] : [],
    ),
  );
  for (const column of columns) guesses[column] = candidates.length;
  const first = await tryAll(
    run,
    source,
    trials.map(({ column, form, test }) => ({ column, test: form ?? test })),
  );
  const possible = trials.filter((_, place) => first[place]!.passed);
  const formed = possible.filter(({ form }) => form !== undefined);
  const second = await tryAll(run, source, formed);
  const failed = new Set(formed.filter((_, place) => !second[place]!.passed));
  for (const trial of possible) {
    if (!failed.has(trial)) guesses[trial.column] = Math.min(guesses[trial.column]!, trial.at);
  }
}

/** Those of the columns whose values all pass a test. */
async function passing(
  run: (sql: string) => Promise<StatementRows>,
  source: string,
  columns: readonly number[],
  test: TextTest,
): Promise<number[]> {
  const results = await tryAll(
    run,
    source,
    columns.map((column) => ({ column, test })),
  );
  return columns.filter((_, place) => results[place]!.passed);
}

/** The exact test, asked only of values for which the cheap one does not tell. */
function quickTest({ cheap, exact }: Candidate): TextTest {
  if (cheap === undefined) return exact;
  return (text) => `CASE WHEN ${cheap(text)} THEN true ELSE ${exact(text)} END`;
}

/**
 * Digits of a column of whole numbers beyond bigint. Spark gives an int ten and a bigint twenty of them, but only to
 * those that come before the first value that is neither.
 */
async function precisionOf(
  run: (sql: string) => Promise<StatementRows>,
  source: string,
  text: string,
): Promise<number> {
  const rows = `(SELECT row_number() OVER () AS place, ${text} AS value FROM ${source})`;
  const digits = `strlen(ltrim(regexp_replace(value, '[^0-9]', '', 'g'), '0'))`;
  const isWhole = `NOT contains(value, '.')`;
  const [row] = (
    await run(
      `SELECT greatest(max(${digits}), 1), min(place) FILTER (WHERE NOT (${isWhole} AND TRY_CAST(value AS BIGINT) IS NOT NULL)), min(place) FILTER (WHERE ${isWhole} AND TRY_CAST(value AS INTEGER) IS NULL AND TRY_CAST(value AS BIGINT) IS NOT NULL), min(place) FROM ${rows} WHERE value IS NOT NULL`,
    )
  ).rows;
  const [longest, firstDecimal, firstBigint, first] = row!.map((value) =>
    value === null ? Number.POSITIVE_INFINITY : Number(value),
  );
  const before = firstBigint! < firstDecimal! ? 20 : first! < firstDecimal! ? 10 : 1;
  return Math.max(longest!, before);
}
