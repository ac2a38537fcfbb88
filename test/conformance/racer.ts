// One of several processes that write to the same keys at once. Started by race.ts with its orders as JSON; says "ready",
// waits for a line on standard input, races, and prints what it won as JSON.
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { isMlsqlError } from '../../shared/errors.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openStore } from '../../shared/object-store/open-store.js';

const orders = JSON.parse(process.argv[2]!) as { url: string; rounds: number; increments: number };

const store = await openStore(orders.url, process.env);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const won: number[] = [];
for (let round = 0; round < orders.rounds; round++) if (await create(store, `race/${round}`)) won.push(round);
for (let i = 0; i < orders.increments; i++) while (!(await increment(store, 'race/counter')));
process.stdout.write(`${JSON.stringify({ won })}\n`);

async function create(target: ObjectStore, key: string): Promise<boolean> {
  return wins(target.put(key, Buffer.from(String(process.pid)), { ifAbsent: true }));
}

async function increment(target: ObjectStore, key: string): Promise<boolean> {
  const { info, body } = await target.get(key);
  const next = Number((await buffer(body)).toString()) + 1;
  return wins(target.put(key, Buffer.from(String(next)), { ifMatch: info.etag }));
}

async function wins(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isMlsqlError(error, 'MLSQL_STORE_PRECONDITION')) return false;
    throw error;
  }
}
