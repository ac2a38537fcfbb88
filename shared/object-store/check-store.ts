// Tries a store out before anything is trusted to it: some look-alikes of S3 accept every conditional write, and two
// coordinators on one of those would both believe that they are alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { isMlsqlError, MlsqlError } from '../errors.js';
import { newId } from '../ids.js';
import { SYSTEM_PREFIX } from './keys.js';
import type { ObjectStore, PutOptions } from './object-store.js';
import { won } from './won.js';

/** All checks together. */
const PATIENCE_MS = 8_000;
/** Writers that try to create one object. */
const RACERS = 16;

export interface StoreCheck {
  /** What is tried, as `conditional create`. */
  readonly name: string;
  /** @throws Error with what is wrong */
  run(): Promise<void>;
}

/** The checks in their order, on objects of their own below `__mlsql__/check/`. */
export function storeChecks(store: ObjectStore): readonly StoreCheck[] {
  const folder = `${SYSTEM_PREFIX}check/${newId('check')}`;
  const key = `${folder}/object`;
  const copied = `${folder}/copy of 中`;
  const text = `written by the check of ${key}`;
  const write = (content: string, options?: PutOptions) => store.put(key, Buffer.from(content), options);
  let etag = '';
  return [
    {
      // A list, not a head: only an answer with a body says what is wrong.
      name: 'reach',
      run: async () => {
        for await (const _ of store.list(folder, { limit: 1 })) return;
      },
    },
    {
      name: 'put',
      run: async () => {
        ({ etag } = await write(text));
      },
    },
    {
      name: 'get',
      run: async () => {
        const { info, body } = await store.get(key);
        const found = await contentOf(body);
        if (found !== text)
          throw new Error(`an object that was just written reads ${JSON.stringify(found.slice(0, 80))}`);
        if (info.etag !== etag || info.etag === '')
          throw new Error(`its etag is "${info.etag}" when it is read, and "${etag}" when it is written`);
      },
    },
    {
      name: 'copy',
      run: async () => {
        await store.copy(key, copied);
        if ((await contentOf((await store.get(copied)).body)) !== text)
          throw new Error('a copy has other bytes');
      },
    },
    {
      name: 'list',
      run: async () => {
        const found: string[] = [];
        for await (const entry of store.list(`${folder}/`))
          if (entry.kind === 'object') found.push(entry.info.key);
        if (found.join() !== [copied, key].join())
          throw new Error(
            `two objects were written, and the list shows ${found.length === 0 ? 'none' : found.join(', ')}`,
          );
      },
    },
    {
      name: 'conditional create',
      run: async () => {
        const raced = `${folder}/raced`;
        const racers = Array.from({ length: RACERS }, (_, i) =>
          won(store.put(raced, Buffer.from(String(i)), { ifAbsent: true })),
        );
        const winners = (await Promise.all(racers)).flatMap((won, i) => (won ? [String(i)] : []));
        if (winners.length !== 1)
          throw new Error(
            `${winners.length} of ${RACERS} writers were told that they created one object: If-None-Match does not count`,
          );
        if ((await contentOf((await store.get(raced)).body)) !== winners[0])
          throw new Error('the object has the bytes of a writer that was refused');
      },
    },
    {
      name: 'conditional replace',
      run: async () => {
        const stale = etag;
        ({ etag } = await write('newer', { ifMatch: stale }));
        if (await won(write('stale', { ifMatch: stale })))
          throw new Error(
            'a write on the condition of an etag that is over was accepted: If-Match does not count',
          );
        if ((await contentOf((await store.get(key)).body)) !== 'newer')
          throw new Error('a write that was refused changed the object');
      },
    },
    {
      name: 'delete',
      run: async () => {
        await store.delete([key, copied, `${folder}/raced`]);
        if ((await store.head(key)) !== undefined)
          throw new Error('an object that was removed is still there');
      },
    },
  ];
}

/**
 * Runs all the checks.
 * @throws MlsqlError the store's own, or MLSQL_STORE_UNSUITABLE with the name of the check
 */
export async function checkStore(store: ObjectStore): Promise<void> {
  for (const check of storeChecks(store)) await passed(store, check);
}

/** @throws as checkStore */
export async function passed(store: ObjectStore, { name, run }: StoreCheck): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([run(), patience(late.signal)]);
  } catch (error) {
    if (isMlsqlError(error) && error.code !== 'MLSQL_STORE_NOT_FOUND') throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new MlsqlError(
      'MLSQL_STORE_UNSUITABLE',
      `The store ${store.url} fails the check "${name}": ${why}.`,
      {
        hint: 'Models and jobs would be lost on it. Use MinIO, AWS S3, versitygw, or another server with conditional writes (If-None-Match, If-Match).',
      },
    );
  } finally {
    late.abort();
  }
}

async function patience(signal: AbortSignal): Promise<never> {
  await sleep(PATIENCE_MS, undefined, { signal });
  throw new MlsqlError(
    'MLSQL_STORE_UNAVAILABLE',
    `The store does not answer within ${PATIENCE_MS / 1000} s.`,
    {
      hint: 'Is MLSQL_S3_ENDPOINT the address of the S3 server, and does a firewall let this machine through?',
    },
  );
}

async function contentOf(body: AsyncIterable<unknown>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
