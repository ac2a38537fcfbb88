// Claiming the place of a train's result before it starts. Of racing trains each gets a number of its own.
import { z } from 'zod';
import { type JobId, jobId as toJobId } from '../../shared/ids.js';
import {
  CLAIM_NAME,
  claimKey,
  failedFolder,
  generationFolder,
  metaKey,
  versionFolder,
  versionOfName,
} from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { won } from '../../shared/object-store/won.js';
import { nextVersion } from './choices.js';
import type { TrainDescription } from './model-types.js';
import { listFolders, listObjects, mapStore, readObject } from './objects.js';

/** Newest claims looked at for one of this job's own, made before a crash. */
const OWN_CLAIM_LOOKBACK = 8;

export interface Claim {
  readonly jobId: JobId;
  /** For whoever looks at the claim. */
  readonly runId: string;
  readonly user: string;
  readonly claimedMs: number;
  /** What was to be trained, so that the claim can be ended by whoever knows no more of it than this. */
  readonly train: TrainDescription;
}

/** Stands for the job of a claim that does not say it. */
export const UNKNOWN_JOB = toJobId('unknown');

/** A claim that was found, and where. */
export interface FoundClaim extends ClaimedFolder {
  /** Key of the train's path. */
  readonly path: string;
  readonly claim: Partial<Claim>;
}

export interface ClaimedFolder {
  readonly folder: string;
  /** Absent for a generation. */
  readonly version?: number;
}

/**
 * Claims the next version `_model_N` of a path by creating its `_claim.json`, which stays. Claiming again for the same
 * job gives the same version.
 * @param path - key of the train's path
 */
export async function claimVersion(
  store: ObjectStore,
  path: string,
  claim: Claim,
): Promise<Required<ClaimedFolder>> {
  const names = await listFolders(store, `${path}/_model_`).then((found) =>
    found.map((name) => `_model_${name}`),
  );
  const own = await findOwn(store, path, names, claim.jobId);
  if (own !== undefined) return { folder: versionFolder(path, own), version: own };
  for (let version = nextVersion(names); ; version++) {
    const folder = versionFolder(path, version);
    // A claim whose answer was lost on its way is found to be there already when the store's client sends it again.
    if ((await create(store, folder, claim)) || (await readOwner(store, folder)) === claim.jobId)
      return { folder, version };
  }
}

/** Claims the generation `_gen/<jobId>` of a path whose models are replaced. */
export async function claimGeneration(
  store: ObjectStore,
  path: string,
  claim: Claim,
): Promise<ClaimedFolder> {
  const folder = generationFolder(path, claim.jobId);
  await create(store, folder, claim);
  return { folder };
}

/** The place that was claimed for a job, if it was. */
export async function claimOf(
  store: ObjectStore,
  path: string,
  jobId: JobId,
): Promise<FoundClaim | undefined> {
  const names = (await listFolders(store, `${path}/_model_`)).map((name) => `_model_${name}`);
  const version = await findOwn(store, path, names, jobId);
  const folder = version === undefined ? generationFolder(path, jobId) : versionFolder(path, version);
  const claim = await readClaim(store, folder);
  return claim === undefined ? undefined : { path, folder, claim, ...(version !== undefined && { version }) };
}

function create(store: ObjectStore, folder: string, claim: Claim): Promise<boolean> {
  return won(store.put(claimKey(folder), Buffer.from(`${JSON.stringify(claim)}\n`), { ifAbsent: true }));
}

async function findOwn(
  store: ObjectStore,
  path: string,
  names: readonly string[],
  jobId: JobId,
): Promise<number | undefined> {
  const versions = names.map(versionOfName).filter((version) => version !== undefined);
  const newest = versions.sort((a, b) => b - a).slice(0, OWN_CLAIM_LOOKBACK);
  const owners = await mapStore(newest, async (version) => readOwner(store, versionFolder(path, version)));
  const place = owners.indexOf(jobId);
  return place < 0 ? undefined : newest[place];
}

async function readOwner(store: ObjectStore, folder: string): Promise<string | undefined> {
  return (await readClaim(store, folder))?.jobId;
}

/** What has to hold of a claim's bytes before anything of them is used: they lie where users can write. */
const params = z.record(z.string(), z.string());
const storedFile = z.object({
  path: z.string(),
  key: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  executable: z.boolean(),
});
const claimSchema = z.object({
  jobId: z.string().regex(/^[\w.:-]{1,128}$/),
  runId: z.string(),
  user: z.string(),
  claimedMs: z.number(),
  train: z.object({
    systemParam: params,
    trainParams: params,
    hashes: params,
    project: z.object({
      files: z.array(storedFile),
      script: z.string(),
      command: z.string(),
      builtinAlg: z.string(),
    }),
    groups: z
      .array(
        z.object({
          algIndex: z.number().int().nonnegative(),
          alg: z.string(),
          fitParam: params,
          resources: z.array(z.object({ name: z.string(), folder: z.boolean(), files: z.array(storedFile) })),
        }),
      )
      .min(1),
  }),
});

/** What a claim says; an empty object where it says nothing that can be read: the number is taken all the same. */
async function readClaim(store: ObjectStore, folder: string): Promise<Partial<Claim> | undefined> {
  const found = await readObject(store, claimKey(folder));
  if (found === undefined) return undefined;
  try {
    const claim = claimSchema.parse(JSON.parse(found.bytes.toString('utf8')));
    return { ...claim, jobId: toJobId(claim.jobId) };
  } catch {
    return {};
  }
}

/** Claims without a meta/0, anywhere in the store: what trains left that never came to their end. Reads all keys. */
export async function openClaims(store: ObjectStore): Promise<FoundClaim[]> {
  const claimed = (await listObjects(store, '')).filter(({ key }) => key.endsWith(`/${CLAIM_NAME}`));
  const found = await mapStore(claimed, async ({ key }): Promise<FoundClaim | undefined> => {
    const folder = key.slice(0, -CLAIM_NAME.length - 1);
    const place = placeOf(folder);
    if (place === undefined || (await store.head(metaKey(folder, 0))) !== undefined) return undefined;
    const claim = (await readClaim(store, folder)) ?? {};
    const failed = failedFolder(place.path, claim.jobId ?? UNKNOWN_JOB);
    if (place.version === undefined && (await store.head(metaKey(failed, 0))) !== undefined) return undefined;
    return { ...place, folder, claim };
  });
  return found.filter((claim) => claim !== undefined);
}

/** Of `<path>/_model_N` or `<path>/_gen/<id>`. */
function placeOf(folder: string): { path: string; version?: number } | undefined {
  const segments = folder.split('/');
  const name = segments.at(-1) ?? '';
  const version = versionOfName(name);
  if (version !== undefined) return { path: segments.slice(0, -1).join('/'), version };
  return segments.at(-2) === '_gen' ? { path: segments.slice(0, -2).join('/') } : undefined;
}
