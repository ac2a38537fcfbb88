// Who may work on a store: one at a time, by leases that nobody's clock has to be trusted for.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../shared/logger.js';
import { COORDINATOR_KEY } from '../../shared/object-store/keys.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore, Written } from '../../shared/object-store/object-store.js';
import { ManualClock } from '../../test/support/manual-clock.js';
import { FencedStore } from './fenced-store.js';
import { type ClaimRecord, judgeClaim, StoreClaim, type StoreClaimOptions } from './store-claim.js';

const LEASE = 9_000;
const claim = (over: Partial<ClaimRecord> = {}): ClaimRecord => ({
  epoch: 4,
  clusterId: 'c',
  holder: 'h',
  host: 'host',
  pid: 7,
  renewedMs: 10_000,
  leaseMs: LEASE,
  ...over,
});

describe('a claim that is found', () => {
  it.each([
    ['is free where nobody holds it', undefined, 'alive', 10_001, 'free'],
    ['is held as long as its holder lives and renews it', claim(), 'alive', 18_999, 'held'],
    ['is free when a living holder let its lease run out', claim(), 'alive', 19_000, 'free'],
    ['is free when its holder is dead', claim(), 'dead', 10_001, 'free'],
    ['is free when it was given back', claim({ leaseMs: 0 }), 'alive', 10_001, 'free'],
    ['is not judged by the clock of another machine', claim({ renewedMs: 0 }), 'foreign', 10_001, 'unknown'],
    ['is free when another machine was seen not to renew it', claim(), 'foreign', 19_000, 'free'],
    ['is not free to another state', claim({ clusterId: 'd', leaseMs: 0 }), 'alive', 10_001, 'other-state'],
    ['is held by another state as by any', claim({ clusterId: 'd' }), 'alive', 10_001, 'held'],
  ] as const)('%s', (_, found, life, now, verdict) => {
    expect(judgeClaim(found, 'c', now, 10_000, () => life).kind).toBe(verdict);
  });
});

describe('the claim of a store', () => {
  let root: string;
  let store: ObjectStore;
  const clock = new ManualClock();
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'mlsql-claim-'));
    store = await createLocalStore(root);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const options = (over: Partial<StoreClaimOptions> = {}): StoreClaimOptions => ({
    store,
    clock,
    logger: createLogger('test', 'silent'),
    clusterId: 'c',
    epochAbove: 0,
    leaseMs: LEASE,
    takeOver: false,
    ...over,
  });
  const found = (): ClaimRecord =>
    JSON.parse(readFileSync(join(root, COORDINATOR_KEY), 'utf8')) as ClaimRecord;

  it('rises with each holder, above what the state has seen', async () => {
    const earlier = await StoreClaim.take(options());
    await earlier.release();
    const first = await StoreClaim.take(options({ epochAbove: 40 }));
    expect(first.epoch).toBe(41);
    await first.release();
    expect(found()).toMatchObject({ epoch: 41, leaseMs: 0 });
    const second = await StoreClaim.take(options());
    expect(second.epoch).toBe(42);
    await second.release();
  });

  it('is refused to a state that has worked on another store', async () => {
    await expect(StoreClaim.take(options({ epochAbove: 3 }))).rejects.toMatchObject({
      code: 'MLSQL_STORE_OTHER_COORDINATOR',
      message: expect.stringContaining('belongs to another store'),
    });
    const claim = await StoreClaim.take(options({ epochAbove: 3, takeOver: true }));
    expect(claim.epoch).toBe(4);
    await claim.release();
  });

  it('is refused while another holds it, by name, and to another state even when nobody does', async () => {
    const holder = await StoreClaim.take(options());
    await expect(StoreClaim.take(options())).rejects.toMatchObject({
      code: 'MLSQL_STORE_OTHER_COORDINATOR',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await holder.release();
    await expect(StoreClaim.take(options({ clusterId: 'd' }))).rejects.toMatchObject({
      code: 'MLSQL_STORE_OTHER_COORDINATOR',
      message: expect.stringContaining('another state (cluster c)'),
    });
    const taken = await StoreClaim.take(options({ clusterId: 'd', takeOver: true }));
    expect(found()).toMatchObject({ clusterId: 'd', epoch: 2 });
    await taken.release();
  });

  it('taken over, is lost by the one before at his next renewal, and he writes nothing behind his lease', async () => {
    const older = await StoreClaim.take(options());
    const fenced = new FencedStore(store, older);
    await fenced.put('a', Buffer.from('1'));
    const newer = await StoreClaim.take(options({ takeOver: true }));
    clock.advance(LEASE);
    await expect(fenced.put('b', Buffer.from('2'))).rejects.toMatchObject({
      code: 'MLSQL_COORDINATOR_FENCED',
    });
    expect(await older.lost).toMatchObject({ code: 'MLSQL_COORDINATOR_FENCED' });
    await expect(fenced.delete(['a'])).rejects.toMatchObject({ code: 'MLSQL_COORDINATOR_FENCED' });
    await expect(fenced.copy('a', 'c')).rejects.toMatchObject({ code: 'MLSQL_COORDINATOR_FENCED' });
    expect(await store.head('b')).toBeUndefined();
    expect(found().epoch).toBe(2);
    await older.release();
    expect(found()).toMatchObject({ epoch: 2, leaseMs: LEASE });
    await newer.release();
  });

  it('is renewed before a write that comes late, where nobody took it', async () => {
    const holder = await StoreClaim.take(options());
    const before = found().renewedMs;
    clock.advance(10 * LEASE);
    await holder.ensure();
    expect(found().renewedMs).toBeGreaterThan(before);
    await holder.release();
  });

  it('is kept where the answer to a renewal was lost on its way', async () => {
    let lose = false;
    class LossyStore extends FencedStore {
      override async put(...args: Parameters<ObjectStore['put']>): Promise<Written> {
        const info = await super.put(...args);
        if (lose) throw new Error('connection reset');
        return info;
      }
    }
    const lossy = new LossyStore(store, { ensure: () => Promise.resolve() });
    const holder = await StoreClaim.take(options({ store: lossy }));
    lose = true;
    clock.advance(LEASE);
    await expect(holder.ensure()).rejects.toThrow('connection reset');
    lose = false;
    await holder.ensure();
    await holder.release();
    expect(found()).toMatchObject({ epoch: 1, leaseMs: 0 });
  });
});
