// Where things lie in the store: the product's own prefix, and the folder of a model. Pure.
import { MlsqlError } from '../errors.js';
import { checkKey } from './object-key.js';

/** Everything that is the cluster's and nobody's data lies below it. */
export const SYSTEM_PREFIX = '__mlsql__/';

/**
 * The key of an absolute path of the store as users write it: `/a/b` is `a/b`; slashes at the end do not count.
 * @throws MLSQL_STORE_PATH_INVALID for a relative path, the root itself, and whatever checkKey refuses
 */
export function keyOfPath(path: string): string {
  if (!path.startsWith('/')) {
    throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `"${path}" is not a path of the store.`, {
      hint: 'Paths of the store begin with a slash, like /models/digits.',
    });
  }
  const key = path.slice(1).replace(/\/+$/, '');
  if (key === '')
    throw new MlsqlError(
      'MLSQL_STORE_PATH_INVALID',
      `"${path}" is the root of the store; name something below it.`,
    );
  checkKey(key);
  return key;
}

/** The path as users write it. */
export function pathOfKey(key: string): string {
  return `/${key}`;
}

/** Says which coordinator works on the store. */
export const COORDINATOR_KEY = `${SYSTEM_PREFIX}coordinator.json`;

/** A content by its lower-case hexadecimal SHA-256. */
export function blobKey(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`no SHA-256: ${sha256}`);
  return `${SYSTEM_PREFIX}blobs/${sha256.slice(0, 2)}/${sha256}`;
}

/** The output of one attempt, as the coordinator keeps it. */
export function jobLogKey(jobId: string, algIndex: number, attempt: number): string {
  return `${SYSTEM_PREFIX}logs/${jobId}/${algIndex}-${attempt}.log`;
}

/** Prefix of the registered functions' records. */
export const FUNCTIONS_PREFIX = `${SYSTEM_PREFIX}functions/`;

/** A registered function's record. SQL's names of functions know no case. */
export function functionKey(name: string): string {
  return `${FUNCTIONS_PREFIX}${name.toLowerCase().replace(/[%/]/g, encodeURIComponent)}.json`;
}

// ---- a train's path. `path` is its key, `folder` that of one version: <path>/_model_N or <path>/_gen/<id> ----

/** Prefix of the training data's parts, without a slash at its end. */
export const trainDataPrefix = (path: string): string => `${path}/tmp/data`;

export const versionFolder = (path: string, version: number): string => `${path}/_model_${version}`;

export const generationFolder = (path: string, id: string): string => `${path}/_gen/${id}`;

/** Where a failed train of a path without versions keeps its meta. */
export const failedFolder = (path: string, jobId: string): string => `${path}/_failed/${jobId}`;

/** The number in `_model_N`, the name of a version's folder; undefined for any other name. */
export function versionOfName(name: string): number | undefined {
  const match = /^_model_(0|[1-9]\d{0,8})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** The parquet file that this product writes; readers take any in its folder. */
export const metaKey = (folder: string, which: 0 | 1): string => `${folder}/meta/${which}/part-00000.parquet`;

export const metaPrefix = (folder: string, which: 0 | 1): string => `${folder}/meta/${which}/`;

/** Name of the object that says who trains a version. */
export const CLAIM_NAME = '_claim.json';

/** Says who trains the version; created before anything else in its folder, and stays there. */
export const claimKey = (folder: string): string => `${folder}/${CLAIM_NAME}`;

/** A group's model, with a slash at its end; so are the other prefixes. */
export const modelPrefix = (folder: string, algIndex: number): string => `${folder}/model/${algIndex}/`;

export const resourcePrefix = (folder: string, algIndex: number): string => `${folder}/resource/${algIndex}/`;

/** The script's project, kept so that register and predict need not name it again. */
export const projectPrefix = (folder: string): string => `${folder}/_project/`;

export const groupLogKey = (folder: string, algIndex: number): string => `${folder}/log/${algIndex}.log`;

export const stagingPrefix = (folder: string): string => `${folder}/_staging/`;

/** TaskSpec.staging_prefix: the attempt uploads its model to `<prefix>/model/…`; its log goes to jobLogKey. */
export const attemptStaging = (folder: string, algIndex: number, attempt: number): string =>
  `${folder}/_staging/${algIndex}-${attempt}`;

/** TaskSpec.checkpoint_prefix: what a group's attempts keep for those behind them. */
export const checkpointPrefix = (folder: string, algIndex: number): string =>
  `${folder}/_staging/checkpoint/${algIndex}`;

/** Names the one attempt of a group that counts. */
export const acceptedKey = (folder: string, algIndex: number): string =>
  `${folder}/_staging/accepted/${algIndex}`;

/** What lies in a version's or generation's folder. */
const VERSION_PART =
  /(?:^|\/)(?:_model_\d+|_gen\/[^/]+|_failed\/[^/]+)\/(_claim\.json|_staging\/(?:accepted|checkpoint)|_staging|meta\/[01]|[^/]+)/;

/** What an object is, of all that the product keeps: `blobs`, `version/meta/0`, `data`, … Keys of tables are `table`. */
export function kindOfKey(key: string): string {
  if (key.startsWith(SYSTEM_PREFIX)) return key.slice(SYSTEM_PREFIX.length).split('/')[0]!;
  const part = VERSION_PART.exec(key)?.[1];
  if (part !== undefined) return `version/${part}`;
  if (key.includes('/_temporary/')) return 'table/_temporary';
  if (key.includes('/tmp/data')) return 'data';
  const head = /\/(meta\/[01]|model|resource|_project)\//.exec(key)?.[1];
  if (head !== undefined) return `head/${head}`;
  return key.endsWith('/_SUCCESS') ? 'table/_SUCCESS' : 'table';
}
