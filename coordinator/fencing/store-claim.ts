// The claim of a store: who works on it, in which epoch, for how long. Decisions are pure; StoreClaim carries them out.
import { hostname } from 'node:os';
import type { Clock } from '../../shared/clock.js';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { COORDINATOR_KEY } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { type Liveness, livenessOf, PROCESS_IDENTITY } from '../../shared/object-store/process-identity.js';
import { won } from '../../shared/object-store/won.js';
import { readObject } from '../models/objects.js';

/** The object, as JSON. */
export interface ClaimRecord {
  readonly epoch: number;
  /** The state that the store belongs to. */
  readonly clusterId: string;
  /** The holder's process, see process-identity. */
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  readonly renewedMs: number;
  /** The claim is free so long behind renewedMs; 0: it was given back. */
  readonly leaseMs: number;
}

export type ClaimVerdict =
  | { readonly kind: 'free' }
  /** Its holder is at work. */
  | { readonly kind: 'held' }
  /** Nobody can tell; if it is not renewed until then, it is free. */
  | { readonly kind: 'unknown'; readonly untilMs: number }
  | { readonly kind: 'other-state' };

/**
 * Whether a claim that was found may be taken. Times of another machine's clock are not compared with this one's: there it
 * counts for how long the claim was seen to stand still.
 * @param seenSinceMs - when the claim was first found as it is now
 */
export function judgeClaim(
  found: ClaimRecord | undefined,
  clusterId: string,
  now: number,
  seenSinceMs: number,
  liveness: (holder: string) => Liveness | undefined,
): ClaimVerdict {
  if (found === undefined) return { kind: 'free' };
  const life = liveness(found.holder);
  if (found.leaseMs > 0 && life !== 'dead') {
    const untilMs = (life === 'alive' ? found.renewedMs : seenSinceMs) + found.leaseMs;
    if (untilMs > now) return life === 'alive' ? { kind: 'held' } : { kind: 'unknown', untilMs };
  }
  return found.clusterId === clusterId ? { kind: 'free' } : { kind: 'other-state' };
}

export interface StoreClaimOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly clusterId: string;
  /** The new epoch is higher, whatever the store says. 0: this state has worked on no store yet. */
  readonly epochAbove: number;
  readonly leaseMs: number;
  /** Take the store from whoever holds it, and from whatever state it belongs to. */
  readonly takeOver: boolean;
  /** Who claims, and what is known of other holders; default: this process and this machine's. */
  readonly processes?: ClaimProcesses;
}

export interface ClaimProcesses {
  readonly holder: string;
  livenessOf(holder: string): Liveness | undefined;
}

const THIS_MACHINE: ClaimProcesses = { holder: PROCESS_IDENTITY, livenessOf };

/** Renewals in one lease. */
const RENEWALS = 3;
/** Between looks at another's claim, while one waits whether it is renewed. */
const LOOK_EVERY_MS = 250;

/** A claim that is held: renewed until it is released or lost. */
export class StoreClaim {
  /** Resolves with why this coordinator may change nothing any more; never where it releases the claim itself. */
  readonly lost: Promise<MlsqlError>;
  readonly #options: StoreClaimOptions;
  /** True where another state's coordinator had the store before. */
  readonly followsAnother: boolean;
  /** Of whoever had the store before; 0: nobody. */
  readonly epochBefore: number;
  #record: ClaimRecord;
  #etag: string;
  #error: MlsqlError | undefined;
  #tellLost!: (error: MlsqlError) => void;
  #renewing: Promise<void> | undefined;
  #released = false;
  #cancelTimer: () => void = () => undefined;

  private constructor(
    options: StoreClaimOptions,
    record: ClaimRecord,
    etag: string,
    before: ClaimRecord | undefined,
  ) {
    this.#options = options;
    this.followsAnother = before !== undefined && before.clusterId !== options.clusterId;
    this.epochBefore = before?.epoch ?? 0;
    this.#record = record;
    this.#etag = etag;
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
    this.#renewLater();
  }

  /**
   * Takes the claim. Where another's lease is fresh, waits until it is renewed (then it is refused) or over.
   * @throws MlsqlError MLSQL_STORE_OTHER_COORDINATOR that names the holder, or the state that the store belongs to, or
   *   says that this state belongs to another store
   */
  static async take(options: StoreClaimOptions): Promise<StoreClaim> {
    const { store, clock, clusterId, takeOver, logger, processes = THIS_MACHINE } = options;
    let seen: { readonly etag: string | undefined; readonly sinceMs: number } | undefined;
    for (;;) {
      const found = await readClaim(store);
      const renewed = seen !== undefined && seen.etag !== found?.etag;
      if (seen === undefined || renewed) seen = { etag: found?.etag, sinceMs: clock.now() };
      if (found === undefined && options.epochAbove > 0 && !takeOver) throw otherStore(store);
      const verdict = judgeClaim(found?.record, clusterId, clock.now(), seen.sinceMs, processes.livenessOf);
      if (!takeOver && found !== undefined) {
        if (verdict.kind === 'other-state') throw otherState(store, found.record);
        if (verdict.kind === 'held' || (verdict.kind === 'unknown' && renewed))
          throw heldBy(store, found.record, clock.now());
        if (verdict.kind === 'unknown') {
          const { host, pid } = found.record;
          logger.info({ host, pid, untilMs: verdict.untilMs }, 'waiting whether the store is still held');
          await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
          continue;
        }
      }
      const record = claimRecord(options, Math.max(options.epochAbove, found?.record.epoch ?? 0) + 1);
      const etag = await write(store, record, found?.etag);
      if (etag === undefined) continue;
      if (found !== undefined && verdict.kind !== 'free')
        logger.warn(
          { host: found.record.host, pid: found.record.pid, epoch: found.record.epoch },
          'the store was taken over',
        );
      return new StoreClaim(options, record, etag, found?.record);
    }
  }

  get epoch(): number {
    return this.#record.epoch;
  }

  /**
   * Resolves while the claim is held; renews it first where its lease is over, since others may have taken it then.
   * @throws MlsqlError MLSQL_COORDINATOR_FENCED, or why the store cannot be asked
   */
  async ensure(): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    const { renewedMs, leaseMs } = this.#record;
    if (this.#options.clock.now() < renewedMs + leaseMs) return;
    await this.#renew();
    if (this.#error !== undefined) throw this.#error;
  }

  /** Gives the claim back, so that the next coordinator need not wait. */
  async release(): Promise<void> {
    this.#released = true;
    this.#cancelTimer();
    await this.#renewing?.catch(() => undefined);
    if (this.#error !== undefined) return;
    const { store, logger } = this.#options;
    try {
      await write(store, { ...this.#record, leaseMs: 0 }, this.#etag);
    } catch (error) {
      logger.warn({ err: error }, 'the claim of the store could not be given back; it ends by itself');
    }
  }

  #renewLater(): void {
    const { clock, leaseMs, logger } = this.#options;
    this.#cancelTimer = clock.after(leaseMs / RENEWALS, () => {
      this.#renew()
        .catch((error: unknown) =>
          logger.warn({ err: error }, 'the claim of the store could not be renewed yet'),
        )
        .finally(() => {
          if (this.#error === undefined && !this.#released) this.#renewLater();
        });
    });
  }

  /** One renewal at a time; who comes meanwhile shares its outcome. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const { store, clock } = this.#options;
    const next = { ...this.#record, renewedMs: clock.now() };
    let etag = await write(store, next, this.#etag);
    if (etag === undefined) {
      // Ours after all, where an answer was lost on its way.
      const found = await readClaim(store);
      if (found !== undefined && found.record.epoch === next.epoch && found.record.holder === next.holder) {
        this.#etag = found.etag;
        etag = await write(store, next, this.#etag);
      }
      if (etag === undefined) {
        this.#error = fencedBy(store, this.#record, found?.record);
        this.#cancelTimer();
        this.#tellLost(this.#error);
        return;
      }
    }
    this.#etag = etag;
    this.#record = next;
  }
}

function claimRecord(options: StoreClaimOptions, epoch: number): ClaimRecord {
  const { clock, clusterId, leaseMs, processes = THIS_MACHINE } = options;
  return {
    epoch,
    clusterId,
    holder: processes.holder,
    host: hostname(),
    pid: process.pid,
    renewedMs: clock.now(),
    leaseMs,
  };
}

/** @returns the etag; undefined where another was faster */
async function write(
  store: ObjectStore,
  record: ClaimRecord,
  etag: string | undefined,
): Promise<string | undefined> {
  let info: { etag: string } | undefined;
  const condition = etag === undefined ? { ifAbsent: true } : { ifMatch: etag };
  const put = store
    .put(COORDINATOR_KEY, Buffer.from(`${JSON.stringify(record)}\n`), condition)
    .then((written) => {
      info = written;
    });
  return (await won(put)) ? info?.etag : undefined;
}

async function readClaim(store: ObjectStore): Promise<{ record: ClaimRecord; etag: string } | undefined> {
  const found = await readObject(store, COORDINATOR_KEY);
  if (found === undefined) return undefined;
  const record = parse(found.bytes);
  if (record === undefined) {
    throw new MlsqlError(
      'MLSQL_STORE_CORRUPT',
      `"/${COORDINATOR_KEY}" in ${store.url} is no claim of a coordinator`,
      {
        hint: 'something changed it beside the cluster: remove it when no coordinator works on this store',
      },
    );
  }
  return { record, etag: found.info.etag };
}

function parse(bytes: Buffer): ClaimRecord | undefined {
  try {
    const record = JSON.parse(bytes.toString('utf8')) as Partial<ClaimRecord>;
    const numbers = [record.epoch, record.renewedMs, record.leaseMs];
    const texts = [record.clusterId, record.holder];
    const whole = numbers.every(Number.isFinite) && texts.every((text) => typeof text === 'string');
    return whole ? (record as ClaimRecord) : undefined;
  } catch {
    return undefined;
  }
}

function heldBy(store: ObjectStore, { host, pid, renewedMs }: ClaimRecord, now: number): MlsqlError {
  const seconds = Math.max(0, Math.round((now - renewedMs) / 1000));
  return new MlsqlError(
    'MLSQL_STORE_OTHER_COORDINATOR',
    `the store ${store.url} is held by another coordinator (process ${pid} on ${host}, which said so ${seconds} s ago)`,
    { hint: 'end that one first, or start this one with --take-over: the other then stops by itself' },
  );
}

function otherStore(store: ObjectStore): MlsqlError {
  return new MlsqlError(
    'MLSQL_STORE_OTHER_COORDINATOR',
    `the state of this coordinator belongs to another store than ${store.url}, where its cluster has never been`,
    {
      hint: 'name the store that it has worked on, or another --state; with --take-over this one becomes its store, and what it knows of models and tables lies in the other one',
    },
  );
}

function otherState(store: ObjectStore, { clusterId }: ClaimRecord): MlsqlError {
  return new MlsqlError(
    'MLSQL_STORE_OTHER_COORDINATOR',
    `the store ${store.url} belongs to another state (cluster ${clusterId})`,
    {
      hint: 'start with that state folder; if it is lost, --take-over begins a new one, with the models, versions and functions that lie in the store',
    },
  );
}

function fencedBy(store: ObjectStore, own: ClaimRecord, other: ClaimRecord | undefined): MlsqlError {
  const who =
    other === undefined
      ? 'its claim is gone'
      : `process ${other.pid} on ${other.host} has it (epoch ${other.epoch})`;
  return new MlsqlError(
    'MLSQL_COORDINATOR_FENCED',
    `this coordinator (epoch ${own.epoch}) has lost the store ${store.url}: ${who}`,
    { hint: 'it changes nothing any more and ends; commands reach the other one' },
  );
}

/** True for the error of a coordinator that was replaced. */
export function isFenced(error: unknown): boolean {
  return isMlsqlError(error, 'MLSQL_COORDINATOR_FENCED');
}
