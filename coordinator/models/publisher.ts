// From claimed place to published version. Nothing here trusts time: who wins is decided by conditional writes, meta/0 is
// written last, and each step may be done again, by this coordinator or another, after a crash at any point.
import { isMlsqlError } from '../../shared/errors.js';
import type { JobId } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import { failedFolder, metaKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { won } from '../../shared/object-store/won.js';
import { VERSION } from '../../shared/version.js';
import type { AttemptResult } from '../scheduling/model.js';
import type { GroupOutcome } from '../scheduling/outcome.js';
import { type AcceptedAttempt, acceptAttempt, readAccepted } from './acceptance.js';
import { assembleLogs, assembleVersion, removeStaging } from './assemble.js';
import { claimGeneration, claimOf, claimVersion, type FoundClaim, UNKNOWN_JOB } from './claims.js';
import { refreshCopies, replaceHead } from './head.js';
import { createGroups, encodeTrain, readGroups } from './meta-files.js';
import { failedRows, interpreterOf, type KeptOutcome, publishedRows, trainMeta } from './meta-rows.js';
import type { GroupMeta, KeptModel, ModelTarget, TrainDescription } from './model-types.js';
import { listObjects } from './objects.js';

export interface ClaimRequest {
  readonly jobId: JobId;
  readonly runId: string;
  readonly user: string;
  /** True: a new `_model_N`. False: the path's model is replaced when the train succeeds. */
  readonly keepVersion: boolean;
  readonly train: TrainDescription;
  /** Groups whose models are copied from earlier trains; default none. */
  readonly kept?: readonly KeptModel[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What stands in the store at a train's end. */
export interface Published {
  /** Where its meta/ lies: the version, its generation, or `_failed/<jobId>`. */
  readonly folder: string;
  readonly version?: number;
  /** meta/0 by algIndex. */
  readonly groups: readonly GroupMeta[];
}

export interface Publisher {
  /**
   * Takes the place for a train's result. Racing trains never get the same; the same job gets the same again.
   * @param path - key of the train's path
   */
  claim(path: string, request: ClaimRequest): Promise<ModelTarget>;
  /** Decides which attempt of a group counts: the answer may be an earlier one. Its files must be uploaded. */
  accept(
    target: ModelTarget,
    algIndex: number,
    attempt: number,
    result: AttemptResult,
  ): Promise<AcceptedAttempt>;
  /**
   * Makes the version visible, whole. Every success of the outcome must have been accepted.
   * @throws MLSQL_MODEL_CORRUPT where staged files are gone or have changed
   */
  publish(target: ModelTarget, outcome: KeptOutcome): Promise<Published>;
  /**
   * Ends a claim whose train will never come to its end: no job stands behind it.
   * @param reason - stands in meta/0, for each group
   */
  abandon(found: FoundClaim, reason: string, now: number): Promise<Published>;
  /** The same for the place that was claimed for a job, where one was. */
  abandonJob(path: string, jobId: JobId, reason: string, now: number): Promise<void>;
  /** Keeps the meta and logs of a train that is not published; earlier versions stay as they are. */
  fail(target: ModelTarget, outcome: KeptOutcome): Promise<Published>;
}

/** Of a claim that says nothing of its train. */
const NOTHING_KNOWN: TrainDescription = {
  systemParam: {},
  trainParams: {},
  hashes: {},
  project: { files: [], script: '', command: '', builtinAlg: '' },
  groups: [{ algIndex: 0, alg: '', fitParam: {}, resources: [] }],
};

function neverRun(algIndex: number, message: string, now: number): GroupOutcome {
  return {
    algIndex,
    status: 'cancelled',
    score: undefined,
    message,
    metrics: {},
    attempts: 0,
    attempt: 0,
    executor: '',
    startTimeMs: 0,
    endTimeMs: now,
    result: undefined,
    failure: undefined,
    traceback: '',
    warnings: [],
  };
}

/** The publisher of one store. */
export function createPublisher({ store, logger }: { store: ObjectStore; logger: Logger }): Publisher {
  return new StorePublisher(store, logger);
}

class StorePublisher implements Publisher {
  readonly #store: ObjectStore;
  readonly #logger: Logger;

  constructor(store: ObjectStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  async claim(path: string, request: ClaimRequest): Promise<ModelTarget> {
    const { jobId, runId, user, now, train, kept } = request;
    const claim = { jobId, runId, user, claimedMs: now, train };
    const place = await (request.keepVersion ? claimVersion : claimGeneration)(this.#store, path, claim);
    this.#logger.info({ jobId, folder: place.folder }, 'place for the model claimed');
    return { jobId, path, ...place, train, ...(kept !== undefined && { kept }) };
  }

  accept(
    target: ModelTarget,
    algIndex: number,
    attempt: number,
    result: AttemptResult,
  ): Promise<AcceptedAttempt> {
    return acceptAttempt(this.#store, target.folder, algIndex, { attempt, result });
  }

  async publish(target: ModelTarget, outcome: KeptOutcome): Promise<Published> {
    const accepted = await this.#readAccepted(target, outcome);
    // The look at meta/0 comes after the markers were read: they go away only when meta/0 is there, so what was read
    // without one is what counts, and no late coordinator copies another attempt into a published version.
    const settled = await this.#settled(target);
    if (settled !== undefined) return this.#finish(target, outcome, settled);
    const lacking = outcome.groups.find(
      ({ algIndex, status }) => status === 'success' && !accepted.has(algIndex),
    );
    if (lacking !== undefined)
      throw new Error(`job ${target.jobId}: group ${lacking.algIndex} succeeded but was never accepted`);
    try {
      await Promise.all([
        assembleVersion(this.#store, target, accepted),
        assembleLogs(this.#store, target, outcome.groups, accepted, target.folder),
        this.#writeTrain(target, outcome, target.folder),
      ]);
    } catch (error) {
      // Another coordinator may have published meanwhile, and cleared the staging away under this one's feet.
      const published = isMlsqlError(error, 'MLSQL_MODEL_CORRUPT') ? await this.#settled(target) : undefined;
      if (published === undefined) throw error;
      return this.#finish(target, outcome, published);
    }
    const results = new Map([...accepted].map(([algIndex, { result }]) => [algIndex, result]));
    return this.#settle(target, outcome, target.folder, publishedRows(target, outcome, results));
  }

  async fail(target: ModelTarget, outcome: KeptOutcome): Promise<Published> {
    const settled = await this.#settled(target);
    if (settled !== undefined) return this.#finish(target, outcome, settled);
    const folder = target.version === undefined ? failedFolder(target.path, target.jobId) : target.folder;
    const accepted = await this.#readAccepted(target, outcome);
    await Promise.all([
      assembleLogs(this.#store, target, outcome.groups, accepted, folder),
      this.#writeTrain(target, outcome, folder),
    ]);
    return this.#settle(target, outcome, folder, failedRows(target, outcome));
  }

  abandon(found: FoundClaim, reason: string, now: number): Promise<Published> {
    const { path, folder, version, claim } = found;
    const train = claim.train ?? NOTHING_KNOWN;
    const target: ModelTarget = {
      jobId: claim.jobId ?? UNKNOWN_JOB,
      path,
      folder,
      train,
      ...(version !== undefined && { version }),
    };
    const groups = train.groups.map(({ algIndex }) => neverRun(algIndex, reason, now));
    return this.fail(target, { state: 'CANCELLED', reason, groups });
  }

  async abandonJob(path: string, jobId: JobId, reason: string, now: number): Promise<void> {
    const found = await claimOf(this.#store, path, jobId);
    if (found !== undefined) await this.abandon(found, reason, now);
  }

  /** Writes meta/0, which decides; where another coordinator was faster, its rows count. */
  async #settle(
    target: ModelTarget,
    outcome: KeptOutcome,
    folder: string,
    groups: readonly GroupMeta[],
  ): Promise<Published> {
    const version = target.version === undefined ? {} : { version: target.version };
    if (await createGroups(this.#store, folder, groups))
      return this.#finish(target, outcome, { folder, ...version, groups });
    const settled = await this.#settled(target);
    if (settled === undefined) throw new Error(`meta/0 of ${folder} is gone again`);
    return this.#finish(target, outcome, settled);
  }

  /** What follows once meta/0 is there. Done again after a crash it ends the same. */
  async #finish(target: ModelTarget, outcome: KeptOutcome, settled: Published): Promise<Published> {
    const published = settled.groups.some(({ status }) => status === 'success');
    if (!published) {
      await this.#removeRest(target);
    } else if (target.version === undefined) {
      await replaceHead(this.#store, target.path, target.jobId, settled.groups);
      await refreshCopies(this.#store, target.path);
    }
    const accepted = outcome.groups.filter(({ status }) => !published && status === 'success');
    await removeStaging(this.#store, target, new Set(accepted.map(({ algIndex }) => algIndex)));
    this.#logger.info({ jobId: target.jobId, folder: settled.folder, published }, 'train settled');
    return settled;
  }

  /**
   * What a publish that was given up had copied already: only meta, log, claim and the accepted results, which a retry
   * takes over, are kept of a failed version.
   */
  async #removeRest(target: ModelTarget): Promise<void> {
    const keep = target.version === undefined ? /^_staging\// : /^(?:meta\/|log\/|_staging\/|_claim\.json$)/;
    const objects = await listObjects(this.#store, `${target.folder}/`);
    const rest = objects.filter(({ key }) => !keep.test(key.slice(target.folder.length + 1)));
    await this.#store.delete(rest.map(({ key }) => key));
  }

  async #settled(target: ModelTarget): Promise<Published | undefined> {
    const version = target.version === undefined ? {} : { version: target.version };
    const folders = [target.folder];
    if (target.version === undefined) folders.push(failedFolder(target.path, target.jobId));
    for (const folder of folders) {
      const groups = await readGroups(this.#store, folder);
      if (groups !== undefined) return { folder, ...version, groups };
    }
    return undefined;
  }

  async #readAccepted(target: ModelTarget, outcome: KeptOutcome): Promise<Map<number, AcceptedAttempt>> {
    const accepted = new Map<number, AcceptedAttempt>();
    const all = outcome.groups.filter(({ status }) => status === 'success');
    // An earlier train's results were accepted there, and came with the job.
    const kept = new Set(target.kept?.map(({ algIndex }) => algIndex));
    const successes = all.filter(({ algIndex }) => !kept.has(algIndex));
    for (const { algIndex, attempt, result } of all)
      if (kept.has(algIndex) && result !== undefined) accepted.set(algIndex, { attempt, result });
    const found = await Promise.all(
      successes.map(({ algIndex }) => readAccepted(this.#store, target.folder, algIndex)),
    );
    for (const [i, { algIndex }] of successes.entries())
      if (found[i] !== undefined) accepted.set(algIndex, found[i]);
    return accepted;
  }

  async #writeTrain(target: ModelTarget, outcome: KeptOutcome, folder: string): Promise<void> {
    const meta = trainMeta(target, outcome, interpreterOf(outcome), VERSION);
    await won(this.#store.put(metaKey(folder, 1), encodeTrain(meta), { ifAbsent: true }));
  }
}
