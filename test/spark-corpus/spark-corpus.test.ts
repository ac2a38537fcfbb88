// Holds the table engine to what a real Spark answers. Cases that it does not answer as Spark does stand in
// differences.json with how they end and why; a case that ends otherwise than it says there fails, also when it got
// better. SPARK_CORPUS_UPDATE=1 writes down how they end now; reasons are added by hand.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTableEngine } from '../../coordinator/tables/duck-table-engine.js';
import type { TableEngine } from '../../coordinator/tables/table-engine.js';
import { createLogger } from '../../shared/logger.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import { compiledSqlProcess } from '../support/sql-process.js';
import { loadCorpus } from './corpus.js';
import { type Outcome, type OutcomeKind, openCorpus, runCase } from './run-corpus.js';

const DIFFERENCES = fileURLToPath(new URL('differences.json', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Difference {
  readonly kind: OutcomeKind;
  /** What the engine said when this was written down. */
  readonly found: string;
  /** Why this is left so. */
  readonly why?: string;
}

const corpus = loadCorpus();
const found = new Map<string, Outcome>();
let differences: Record<string, Difference>;
let engine: TableEngine;
let folder: string;

beforeAll(async () => {
  differences = JSON.parse(await readFile(DIFFERENCES, 'utf8'));
  folder = await mkdtemp(join(tmpdir(), 'mlsql-corpus-'));
  engine = createTableEngine({
    storage: await createLocalStore(join(folder, 'store')),
    functionCaller: { call: () => Promise.reject(new Error('the corpus calls no registered functions')) },
    spoolDir: join(folder, 'spool'),
    processPath: compiledSqlProcess(),
    pythonPath: join(ROOT, '.venv/bin/python'),
    logger: createLogger('sql', 'error'),
  });
  await openCorpus(engine, corpus);
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
  if (process.env.SPARK_CORPUS_UPDATE !== undefined) await writeDifferences();
});

describe(`answers of Spark ${corpus.sparkVersion}`, () => {
  it.each(corpus.cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const outcome = await runCase(engine, one);
    found.set(name, outcome);
    expect({ kind: outcome.kind, detail: outcome.detail }).toMatchObject({
      kind: differences[name]?.kind ?? 'same',
    });
  });

  it('knows no differences of cases that are gone', () => {
    const names = new Set(corpus.cases.map((one) => one.name));
    expect(Object.keys(differences).filter((name) => !names.has(name))).toEqual([]);
  });
});

/** Notes how every case ended, keeping the reasons of those that end as before. */
async function writeDifferences(): Promise<void> {
  const entries = [...found]
    .filter(([, { kind }]) => kind !== 'same')
    .map(([name, { kind, detail }]): [string, Difference] => {
      const before = differences[name];
      const why = before?.kind === kind ? before.why : undefined;
      return [name, { kind, found: detail ?? '', ...(why === undefined ? {} : { why }) }];
    });
  await writeFile(DIFFERENCES, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
}
