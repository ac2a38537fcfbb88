// What must hold after every step, whatever happened. The oracle looks at the store itself and hears what the coordinators
// promise; it never asks them.

import { generationOf } from '../../coordinator/models/head.js';
import { readGroups } from '../../coordinator/models/meta-files.js';
import type { SchedulerEffect } from '../../coordinator/scheduling/effects.js';
import type { JobOutcome } from '../../coordinator/scheduling/outcome.js';
import {
  COORDINATOR_KEY,
  claimKey,
  failedFolder,
  metaKey,
  modelPrefix,
  versionFolder,
} from '../../shared/object-store/keys.js';
import { sha256 } from './world/content.js';
import type { MemoryStore, StoreChange } from './world/memory-store.js';
import type { Train } from './world/trains.js';

export class Violation extends Error {}

interface Claimed {
  readonly epoch: number;
  readonly renewedMs: number;
  readonly leaseMs: number;
}

const META0 = '/meta/0/part-00000.parquet';

export class Oracle {
  readonly acknowledged = new Map<string, Train>();
  readonly ended = new Map<string, JobOutcome['state']>();
  readonly #endsByEpoch = new Set<string>();
  readonly #startedBy = new Map<string, string>();
  readonly #epochOf = new Map<string, number>();
  /** Folders with a meta/0 that names a success: their models never change. */
  readonly #published = new Set<string>();
  readonly #claims: string[] = [];
  readonly #heads = new Map<string, string[]>();
  readonly #claimed = new Map<number, Claimed>();
  #newestClaim = 0;
  #diskEpoch = 0;
  #toRead: string[] = [];
  #first: Violation | undefined;

  constructor(private readonly store: () => MemoryStore) {}

  violate(what: string): void {
    this.#first ??= new Violation(what);
  }

  /** After each step. @throws Violation */
  async check(): Promise<void> {
    for (const key of this.#toRead.splice(0)) await this.#read(key.slice(0, -META0.length));
    if (this.#first !== undefined) throw this.#first;
  }

  storeChanged({ key, before, after }: StoreChange): void {
    const rewritten = before !== undefined && (after === undefined || !before.equals(after));
    if (key === COORDINATOR_KEY && after !== undefined) {
      const claim = JSON.parse(after.toString()) as Claimed;
      if (claim.epoch < this.#newestClaim)
        this.violate(`epoch ${claim.epoch} claims the store behind ${this.#newestClaim}`);
      this.#newestClaim = claim.epoch;
      this.#claimed.set(claim.epoch, claim);
    } else if (key.endsWith('/_claim.json')) {
      // The claim of a failed generation goes with it: what became of it lies in _failed.
      if (rewritten && (after !== undefined || key.includes('/_model_')))
        this.violate(`the claim ${key} was rewritten`);
      const [, path, number] = /^(.*)\/_model_(\d+)\/_claim\.json$/.exec(key) ?? [];
      if (before === undefined) this.#claims.push(key);
      if (path !== undefined)
        for (let version = 0; version < Number(number); version++)
          if (this.store().headNow(claimKey(versionFolder(path, version))) === undefined)
            this.violate(`${key} was claimed, but version ${version} was not`);
    } else if (/\/_staging\/accepted\/\d+$/.test(key)) {
      if (before !== undefined && after !== undefined && rewritten)
        this.violate(`a second result was accepted: ${key}`);
    } else if (key.endsWith(META0)) {
      const isHead = !/\/(?:_model_\d+|_gen\/[^/]+|_failed\/[^/]+)\/meta\/0\/[^/]+$/.test(key);
      if (rewritten && !isHead) this.violate(`${key} was rewritten`);
      if (after === undefined) this.violate(`${key} was removed`);
      else this.#toRead.push(key);
    } else {
      const folder = /^(.*)\/model\/\d+\/[^/]+$/.exec(key)?.[1];
      if (folder !== undefined && rewritten && this.#published.has(folder))
        this.violate(`${key} changed after it was published`);
    }
  }

  /** A coordinator sends a write to the store. */
  writes(epoch: number, now: number, key: string): void {
    const own = this.#claimed.get(epoch);
    if (key === COORDINATOR_KEY || own === undefined || epoch >= this.#newestClaim) return;
    if (now >= own.renewedMs + own.leaseMs)
      this.violate(
        `epoch ${epoch} writes ${key} when its lease is over and epoch ${this.#newestClaim} is there`,
      );
  }

  diskWritten(epoch: number): void {
    if (epoch < this.#diskEpoch)
      this.violate(`epoch ${epoch} writes the state behind epoch ${this.#diskEpoch}`);
    this.#diskEpoch = Math.max(this.#diskEpoch, epoch);
  }

  /** A script starts: each attempt on one executor, once. */
  started(executor: string, ref: { jobId: string; algIndex: number; attempt: number }): void {
    const key = `${ref.jobId}/${ref.algIndex}/${ref.attempt}`;
    const before = this.#startedBy.get(key);
    if (before !== undefined)
      this.violate(`attempt ${key} starts on ${executor}, and started on ${before} before`);
    this.#startedBy.set(key, executor);
  }

  /** An executor takes an assignment: none of an epoch that is over for it. */
  assigned(executor: string, epoch: number): void {
    const newest = this.#epochOf.get(executor) ?? 0;
    if (epoch < newest)
      this.violate(`${executor} takes an assignment of epoch ${epoch} behind epoch ${newest}`);
    this.#epochOf.set(executor, epoch);
  }

  effects(epoch: number, effects: readonly SchedulerEffect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'job-ended') continue;
      const key = `${epoch}/${effect.jobId}`;
      if (this.#endsByEpoch.has(key)) this.violate(`job ${effect.jobId} ended twice`);
      this.#endsByEpoch.add(key);
    }
  }

  jobEnded(train: Train, outcome: JobOutcome): void {
    const before = this.ended.get(train.jobId);
    if (before !== undefined && before !== outcome.state)
      this.violate(`job ${train.jobId} ended ${before}, and then ${outcome.state}`);
    this.ended.set(train.jobId, outcome.state);
    const code = outcome.error?.failure.code;
    if (code === 'MLSQL_MODEL_CORRUPT' || code === 'MLSQL_INTERNAL')
      this.violate(`job ${train.jobId} failed by the cluster's own fault: ${outcome.reason}`);
    if (outcome.state !== 'SUCCEEDED') return;
    const folder = (outcome.published as { folder?: string } | undefined)?.folder;
    if (folder === undefined || !this.#published.has(folder))
      this.violate(`job ${train.jobId} succeeded, but ${folder} is not published`);
  }

  /** At the very end: each claim came to its end. */
  checkClaims(): void {
    for (const key of this.#claims) {
      const folder = key.slice(0, -'/_claim.json'.length);
      const generation = /^(.*)\/_gen\/([^/]+)$/.exec(folder);
      const places = [metaKey(folder, 0)];
      if (generation !== null) places.push(metaKey(failedFolder(generation[1]!, generation[2] as never), 0));
      if (places.every((place) => this.store().headNow(place) === undefined))
        this.violate(`${folder} was claimed and never ended`);
    }
  }

  /** A meta/0 is there: all that it names must be there too. */
  async #read(folder: string): Promise<void> {
    const store = this.store();
    const groups = await readGroups(store, folder);
    if (groups === undefined) return;
    const id = generationOf(groups);
    if (id !== undefined) this.#headMoved(folder, id);
    const place = id === undefined ? folder : `${folder}/_gen/${id}`;
    for (const group of groups) {
      if (group.status !== 'success') continue;
      this.#published.add(place);
      for (const file of group.files ?? []) {
        const key = modelPrefix(place, group.algIndex) + file.path;
        if (store.headNow(key) === undefined) this.violate(`${folder} is published, but ${key} is not there`);
        else if (sha256(store.getNow(key).bytes.toString()) !== file.sha256)
          this.violate(`${key} is not what the meta says`);
      }
      if (group.files?.length === 0) this.violate(`group ${group.algIndex} of ${folder} has no files`);
    }
    if (this.#published.has(place) && store.headNow(metaKey(place, 1)) === undefined)
      this.violate(`${place} is published without its meta/1`);
  }

  #headMoved(path: string, id: string): void {
    const heads = this.#heads.get(path) ?? [];
    this.#heads.set(path, heads);
    if (heads.at(-1) === id) return;
    if (heads.includes(id)) this.violate(`${path} goes back to the older generation ${id}`);
    heads.push(id);
  }
}
