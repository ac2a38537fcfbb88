// One of several processes that write to the same keys at once. Started by race.ts with its orders as JSON; says "ready",
// waits for a line on standard input, races, and prints what it won as JSON.
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openStore } from '../../shared/object-store/open-store.js';
import { won } from '../../shared/object-store/won.js';

const orders = JSON.parse(process.argv[2]!) as { url: string; rounds: number; increments: number };

const store = await openStore(orders.url, process.env);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const rounds: number[] = [];
for (let round = 0; round < orders.rounds; round++)
  if (await create(store, `race/${round}`)) rounds.push(round);
for (let i = 0; i < orders.increments; i++) while (!(await increment(store, 'race/counter')));
process.stdout.write(`${JSON.stringify({ won: rounds })}\n`);

async function create(target: ObjectStore, key: string): Promise<boolean> {
  return won(target.put(key, Buffer.from(String(process.pid)), { ifAbsent: true }));
}

async function increment(target: ObjectStore, key: string): Promise<boolean> {
  const { info, body } = await target.get(key);
  const next = Number((await buffer(body)).toString()) + 1;
  return won(target.put(key, Buffer.from(String(next)), { ifMatch: info.etag }));
}
