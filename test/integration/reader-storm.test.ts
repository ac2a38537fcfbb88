// Readers that go by meta/0 while a publisher publishes, is killed in the middle of a write, and is started again: each of
// 100,000 reads finds a whole version, of one train, and never an older one than before.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it } from 'vitest';
import { DIST_ROOT } from '../../shared/paths.js';
import { createRng, nextRandom } from '../../shared/rng.js';
import type { PublisherOrders } from './storm-publisher.js';
import type { ReaderOrders } from './storm-reader.js';

const READS = 100_000;
const READERS = 2;
/** Trains, and deaths in the middle of them, that the readers see at least. */
const TRAINS = 40;
const DEATHS = 20;
/** Writes of about six trains. */
const DIE_WITHIN_WRITES = 400;
const PATHS = [
  { path: 'storm/kept', keepVersion: true },
  { path: 'storm/replaced', keepVersion: false },
];
const GROUPS = 3;

const folder = mkdtempSync(join(tmpdir(), 'mlsql-storm-'));
const children = new Set<ReturnType<typeof start>>();
afterAll(() => {
  for (const { child } of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(program: string, orders: PublisherOrders | ReaderOrders, onLine: (line: string) => void) {
  const child = spawn(
    process.execPath,
    [join(DIST_ROOT, `test/integration/${program}.js`), JSON.stringify(orders)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  createInterface({ input: child.stdout }).on('line', onLine);
  const ended = once(child, 'close').then(() => ({ signal: child.signalCode, errors }));
  const started = { child, ended };
  children.add(started);
  return started;
}

it('shows whole versions only, however often a publisher dies', async () => {
  const orders = { url: `file://${folder}`, paths: PATHS, groups: GROUPS };
  const rng = createRng(1);
  let published = 0;
  let deaths = 0;
  let reads = 0;
  let enough = false;
  const stop = (): void => {
    enough = true;
    for (const { child } of children) child.kill('SIGKILL');
  };
  const publish = (dieAtWrite: number) =>
    start('storm-publisher', { ...orders, first: published + 1, dieAtWrite }, (line) => {
      published = Number(line);
    });
  // Readers have something to read from the first moment on.
  const first = publish(Number.MAX_SAFE_INTEGER);
  await once(first.child.stdout, 'data');
  first.child.kill('SIGKILL');
  await first.ended;
  const publishing = (async () => {
    while (!enough) {
      const { signal, errors } = await publish(1 + Math.floor(nextRandom(rng) * DIE_WITHIN_WRITES)).ended;
      expect(signal, errors).toBe('SIGKILL');
      deaths += 1;
    }
  })();
  const readers = Array.from({ length: READERS }, () =>
    start('storm-reader', orders, (line) => {
      reads += Number(line);
      if (reads >= READS && published >= TRAINS && deaths >= DEATHS) stop();
    }),
  );
  const outcomes = await Promise.all(readers.map(({ ended }) => ended.finally(stop)));
  for (const { errors } of outcomes) expect(errors).toBe('');
  await publishing;
  console.log(`${reads} reads during ${published} trains on two paths, ${deaths} publishers killed`);
});
