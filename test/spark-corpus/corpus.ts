// The Spark corpus: its cases, tables and the answers of a real Spark, and how an engine's answer is compared.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compactJson, type JsonValue, readJson } from './exact-json.js';

export interface CorpusColumn {
  readonly name: string;
  /** Spark's name of the type (`bigint`, `array<double>`). */
  readonly type: string;
}

export interface CorpusTable {
  readonly name: string;
  readonly columns: readonly CorpusColumn[];
  /** One JSON object a row, numbers with the digits of tables.json; NaN and infinities are strings. */
  readonly rowsJson: readonly string[];
}

/** What Spark answered: rows of values in the order of the columns (README.md has their form), or that it refuses. */
export type CorpusAnswer =
  | { readonly columns: readonly CorpusColumn[]; readonly rows: readonly (readonly JsonValue[])[] }
  | { readonly error: string };

export interface CorpusCase {
  /** `area: name`, unique. */
  readonly name: string;
  readonly sql: string;
  /** The session's time zone. */
  readonly timeZone: string;
  /** True where the statement does not fix the order of its rows. */
  readonly unordered: boolean;
  readonly answer: CorpusAnswer;
}

export interface Corpus {
  readonly sparkVersion: string;
  readonly tables: readonly CorpusTable[];
  readonly cases: readonly CorpusCase[];
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Reads the whole corpus. A case without an answer, or an answer without its case, is an Error: run make-answers.py. */
export function loadCorpus(folder: string = FOLDER): Corpus {
  const [head, ...lines] = readFileSync(join(folder, 'answers.jsonl'), 'utf8').trimEnd().split('\n');
  const { sparkVersion } = JSON.parse(head!) as { sparkVersion: string };
  const answers = new Map(
    lines.map((line) => JSON.parse(line) as CorpusAnswer & { case: string }).map((it) => [it.case, it]),
  );
  const cases = readdirSync(join(folder, 'cases'))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .flatMap((file) =>
      readCases(file.slice(0, -'.sql'.length), readFileSync(join(folder, 'cases', file), 'utf8')),
    )
    .map((it) => {
      const answer = answers.get(it.name);
      if (answer === undefined) throw new Error(`no answer for case "${it.name}"`);
      return { ...it, answer };
    });
  const orphans = [...answers.keys()].filter((name) => !cases.some((it) => it.name === name));
  if (orphans.length > 0) throw new Error(`answers without a case: ${orphans.join('; ')}`);
  return { sparkVersion, tables: readTables(folder), cases };
}

function readCases(area: string, text: string): Omit<CorpusCase, 'answer'>[] {
  const pieces = text.split(/^--- (.+)$/m);
  const cases: Omit<CorpusCase, 'answer'>[] = [];
  for (let at = 1; at + 1 < pieces.length; at += 2) {
    const name = `${area}: ${pieces[at]!}`;
    const zone = /, in ((?:[A-Z]\w*|[+-]\d)[\w/:+-]*)/.exec(name);
    cases.push({
      name,
      sql: pieces[at + 1]!.trim(),
      timeZone: zone?.[1] ?? 'UTC',
      unordered: name.endsWith(', unordered'),
    });
  }
  return cases;
}

function readTables(folder: string): CorpusTable[] {
  const tables = readJson(readFileSync(join(folder, 'tables.json'), 'utf8'));
  return tables.fields!.map(([name, table]) => {
    const field = (key: string) => table.fields!.find(([it]) => it === key)![1];
    return {
      name,
      columns: field('columns').items!.map((column) => JSON.parse(column.source) as CorpusColumn),
      rowsJson: field('rows').items!.map(compactJson),
    };
  });
}
