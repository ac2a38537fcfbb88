// A 2,000,000-row, 8-column CSV into 8 partitions in a store, beside DuckDB doing the same eight COPYs, hashing and fsync
// alone, on the local disk.
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createTableEngine } from '../coordinator/tables/duck-table-engine.js';
import { newId, sessionId } from '../shared/ids.js';
import { createLogger } from '../shared/logger.js';
import { createLocalStore } from '../shared/object-store/local-store.js';
import type { ObjectStore } from '../shared/object-store/object-store.js';
import { openS3Store } from '../shared/object-store/s3/open-s3-store.js';
import { SETUP_PYTHON } from '../shared/paths.js';
import { startS3Server } from '../test/servers/s3-server.js';
import { alternate, type Figure, timed } from './report.js';

const ROWS = 2_000_000;
const PARTS = 8;
const ROUNDS = 3;

/** A store, the format that goes there, and the share of DuckDB's speed that is wanted. */
interface Target {
  readonly name: string;
  readonly format: 'json' | 'parquet';
  readonly goal: number;
  open(root: string): Promise<{ readonly store: ObjectStore; close(): Promise<void> }>;
}

const TARGETS: readonly Target[] = [
  {
    name: 'JSON on a local store',
    format: 'json',
    goal: 0.8,
    open: async (root) => ({
      store: await createLocalStore(join(root, 'store')),
      close: async () => undefined,
    }),
  },
  {
    name: 'parquet on S3 (MinIO)',
    format: 'parquet',
    goal: 0.7,
    open: async () => {
      const server = await startS3Server('minio');
      server.bucket('bench');
      return { store: openS3Store('s3://bench', server.env), close: () => server.stop() };
    },
  },
];

export async function splitTable(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const target of TARGETS) figures.push(await split(target));
  return figures;
}

async function split({ name, format, goal, open: openTarget }: Target): Promise<Figure> {
  const root = mkdtempSync(join(tmpdir(), 'mlsql-bench-'));
  const duck = await DuckDBInstance.create(':memory:');
  const connection = await duck.connect();
  const { store, close } = await openTarget(root);
  const logger = createLogger('bench', 'warn');
  const engine = createTableEngine({
    storage: store,
    functionCaller: { call: () => Promise.reject(new Error('no functions here')) },
    spoolDir: join(root, 'spool'),
    pythonPath: SETUP_PYTHON,
    logger,
  });
  try {
    const csv = join(root, 't.csv');
    await connection.run(
      `COPY (SELECT range AS id, range * 1.5 AS a, range % 97 AS b, 'name ' || range AS c, range / 7.0 AS d, range % 2 = 0 AS e, range * 31 % 1009 AS f, 'x' AS g FROM range(${ROWS})) TO '${csv}' (HEADER)`,
    );
    await store.put('t.csv', createReadStream(csv), { sizeBytes: statSync(csv).size });
    const info = (await store.head('t.csv'))!;
    let round = 0;
    const { a, b } = await alternate(
      ROUNDS,
      async () => {
        round += 1;
        const session = sessionId(newId('bench'));
        await engine.openSession(session);
        const ms = await timed(async () => {
          await engine.load(session, {
            table: 't',
            format: 'csv',
            files: [{ key: 't.csv', sizeBytes: info.sizeBytes, etag: info.etag, displayName: 't.csv' }],
            options: { header: 'true', inferSchema: 'true' },
          });
          const parts = await engine.writeParts(session, {
            table: 't',
            format,
            prefix: `out-${round}`,
            partitions: PARTS,
          });
          if (parts.length !== PARTS) throw new Error(`${parts.length} parts`);
        });
        await engine.closeSession(session);
        return ms;
      },
      async () => {
        const folder = join(root, 'plain');
        await mkdir(folder);
        const ms = await timed(async () => {
          await connection.run(`CREATE OR REPLACE TABLE t AS SELECT * FROM read_csv('${csv}')`);
          for (let part = 0; part < PARTS; part++) {
            const file = join(folder, `${part}.${format}`);
            await connection.run(
              `COPY (SELECT * FROM t LIMIT ${ROWS / PARTS} OFFSET ${(ROWS / PARTS) * part}) TO '${file}' (FORMAT ${format})`,
            );
            const hash = createHash('sha256');
            for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
            hash.digest('hex');
            const handle = await open(file, 'r+');
            await handle.sync();
            await handle.close();
          }
        });
        await rm(folder, { recursive: true });
        return ms;
      },
    );
    const ratio = b / a;
    return {
      name: `load + split of ${ROWS.toLocaleString('en')} rows into ${PARTS}, ${name}`,
      value: a,
      unit: 'ms',
      reference: { name: 'DuckDB to local disk, hash, fsync', value: b },
      goal: { text: `≥ ${goal} × the reference (${ratio.toFixed(2)} ×)`, met: ratio >= goal },
    };
  } finally {
    await engine.close();
    connection.closeSync();
    duck.closeSync();
    await close();
    rmSync(root, { recursive: true, force: true });
  }
}
