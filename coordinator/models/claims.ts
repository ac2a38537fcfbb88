// Claiming the place of a train's result before it starts. Of racing trains each gets a number of its own.
import type { JobId } from '../../shared/ids.js';
import { claimKey, generationFolder, versionFolder, versionOfName } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { nextVersion } from './choices.js';
import { listFolders, mapStore, readObject, won } from './objects.js';

/** Newest claims looked at for one of this job's own, made before a crash. */
const OWN_CLAIM_LOOKBACK = 8;

export interface Claim {
  readonly jobId: JobId;
  /** For whoever looks at the claim. */
  readonly runId: string;
  readonly user: string;
  readonly claimedMs: number;
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
    if (await create(store, folder, claim)) return { folder, version };
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
  const found = await readObject(store, claimKey(folder));
  if (found === undefined) return undefined;
  try {
    return (JSON.parse(found.bytes.toString('utf8')) as Partial<Claim>).jobId;
  } catch {
    // Not ours to judge: the number is taken, whatever the file says.
    return undefined;
  }
}
