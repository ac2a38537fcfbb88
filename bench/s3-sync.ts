// An attempt's files from MinIO through the executor's cache to its folder, beside s5cmd fetching the same objects from the
// same server.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BlobCache } from '../executor/cache/blob-cache.js';
import { openWorkDir } from '../executor/cache/work-dir.js';
import { placeFolder, Syncer } from '../executor/tasks/sync.js';
import { createLogger } from '../shared/logger.js';
import { openS3Store } from '../shared/object-store/s3/open-s3-store.js';
import type { InputFile__Output as InputFile } from '../shared/rpc/gen/mlsql/v1/InputFile.js';
import { built, S5CMD } from '../test/servers/go-program.js';
import { startS3Server } from '../test/servers/s3-server.js';
import { alternate, type Figure, median, timed } from './report.js';

const ROUNDS = 5;
const DEADLINE_MS = 60_000;

interface Case {
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
  readonly goal: number;
}

const CASES: readonly Case[] = [
  { name: '8 objects of 64 MB', objects: 8, bytes: 64_000_000, goal: 0.8 },
  { name: '2,000 objects of 20 KB', objects: 2_000, bytes: 20_000, goal: 1.0 },
];
const WARM_GOAL_MS = 25;

export async function s3Sync(): Promise<readonly Figure[]> {
  const s5cmd = await built(S5CMD);
  const server = await startS3Server('minio');
  const root = mkdtempSync(join(tmpdir(), 'mlsql-bench-'));
  try {
    server.bucket('bench');
    const store = openS3Store('s3://bench', server.env);
    const figures: Figure[] = [];
    for (const { name, objects, bytes, goal } of CASES) {
      const files: InputFile[] = [];
      for (let number = 0; number < objects; number++) {
        const content = Buffer.alloc(bytes, `${number} ${'some bytes '.repeat(9)}`);
        const key = `${objects}/part-${String(number).padStart(5, '0')}`;
        await store.put(key, content);
        const sha256 = createHash('sha256').update(content).digest('hex');
        files.push({ path: `part-${number}`, key, size: bytes, sha256, executable: false });
      }
      let round = 0;
      const warm: number[] = [];
      const { a, b } = await alternate(
        ROUNDS,
        async () => {
          const folder = join(root, `ours-${objects}-${++round}`);
          const workDir = await openWorkDir(folder);
          const log = createLogger('bench', 'warn');
          const cache = await BlobCache.open(workDir, { bytesMax: 1e12, entriesMax: 1e6 }, log);
          const syncer = new Syncer(store, cache);
          const place = async (to: string): Promise<number> => {
            mkdirSync(join(folder, to));
            return await timed(() =>
              syncer.place(placeFolder(join(folder, to), files), {
                deadlineMs: DEADLINE_MS,
                signal: new AbortController().signal,
              }),
            );
          };
          const cold = await place('cold');
          warm.push(await place('warm'));
          cache.close();
          rmSync(folder, { recursive: true });
          return cold;
        },
        async () => {
          const folder = join(root, 's5cmd');
          mkdirSync(folder);
          const ms = await timed(() =>
            promisify(execFile)(
              s5cmd,
              [
                '--endpoint-url',
                server.endpoint,
                '--log',
                'error',
                'cp',
                `s3://bench/${objects}/*`,
                `${folder}/`,
              ],
              { env: { ...server.env, AWS_REGION: 'us-east-1', HOME: root } },
            ),
          );
          rmSync(folder, { recursive: true });
          return ms;
        },
      );
      figures.push(
        {
          name: `sync of ${name} from S3, nothing cached`,
          value: a,
          unit: 'ms',
          reference: { name: 's5cmd', value: b },
          goal: { text: `speed ≥ ${goal} × s5cmd`, met: b / a >= goal },
        },
        {
          name: `the same, all cached`,
          value: median(warm),
          unit: 'ms',
          goal: { text: `≤ ${WARM_GOAL_MS} ms`, met: median(warm) <= WARM_GOAL_MS },
        },
      );
    }
    return figures;
  } finally {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
}
