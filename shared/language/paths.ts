// What a path in a script names: a file on the client's machine, something in the store, or an object of any bucket.
// Pure. Names are taken literally: nothing is decoded, and `..` never leaves its root.
import { MlsqlError } from '../errors.js';
import { PATH_MAX_BYTES, PATH_SEGMENT_MAX_BYTES } from '../limits.js';

export type PathPlace =
  /** Relative to the script, or `file:///…`; the name is the path as it was written. */
  | { readonly kind: 'client'; readonly name: string }
  /** `/a/b` is the key `a/b`. */
  | { readonly kind: 'store'; readonly key: string }
  /** `s3://bucket/key`; an empty key stands for the whole bucket. */
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string };

/** The folder in a store that holds the product's own records. */
export const OWN_FOLDER = '__mlsql__';

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):(\/?\/?)/;
const LONE_SURROGATE = /\p{Cs}/u;
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/;
const PATH_SHOWN_MAX_CHARACTERS = 100;

/**
 * Tells what a path names, and refuses what names nothing.
 * @param path - as written, variables substituted
 * @throws MlsqlError MLSQL_STORE_PATH_INVALID: empty, no valid Unicode, a NUL character, more than 1,024 bytes or 255 a
 * segment, `..` beyond the root, a scheme other than file and s3, a key below the product's own folder
 */
export function classifyPath(path: string): PathPlace {
  if (path === '') throw invalid(path, 'is empty', 'name a file, for example /data/t.csv or ./t.csv');
  if (LONE_SURROGATE.test(path)) throw invalid(path, 'is not valid Unicode');
  if (path.includes('\0')) throw invalid(path, 'contains a NUL character');
  const bytes = Buffer.byteLength(path);
  if (bytes > PATH_MAX_BYTES) throw invalid(path, `has ${bytes} bytes, more than ${PATH_MAX_BYTES}`);
  const [prefix, scheme, slashes] = SCHEME.exec(path) ?? [];
  if (prefix !== undefined && scheme !== undefined && scheme.length > 1 && slashes !== '') {
    return fromUrl(path, scheme.toLowerCase(), slashes ?? '', path.slice(prefix.length));
  }
  if (!path.startsWith('/')) {
    checkSegments(path, path);
    return { kind: 'client', name: path };
  }
  const key = normalize(path, path);
  if (key === '') throw invalid(path, 'names the whole store', 'name a file or folder in it');
  if (firstSegment(key) === OWN_FOLDER) throw reserved(path);
  return { kind: 'store', key };
}

function fromUrl(path: string, scheme: string, slashes: string, rest: string): PathPlace {
  if (scheme === 'file') {
    if (slashes !== '//' || !rest.startsWith('/'))
      throw invalid(path, 'names no file', 'write file:///folder/file, with three slashes');
    normalize(rest, path);
    return { kind: 'client', name: path };
  }
  if (scheme !== 's3' && scheme !== 's3a') {
    const hint =
      scheme === 'hdfs'
        ? 'the store stands in for HDFS: write /folder/file'
        : 'write /folder/file, ./file, file:///folder/file or s3://bucket/key';
    throw invalid(path, `has the scheme "${scheme}", which is not known`, hint);
  }
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  if (slashes !== '//' || !BUCKET.test(bucket))
    throw invalid(path, 'names no bucket', 'write s3://bucket/key');
  const key = slash < 0 ? '' : normalize(rest.slice(slash), path);
  // Where another cluster's store begins in a bucket cannot be told, so its records are refused wherever they lie.
  if (key.split('/').includes(OWN_FOLDER)) throw reserved(path);
  return { kind: 's3', bucket, key };
}

/** The path without empty and `.` segments, `..` resolved, no slash at either end. */
function normalize(path: string, shown: string): string {
  checkSegments(path, shown);
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined)
      throw invalid(shown, 'leaves its root by ".."', 'drop the leading ".."');
  }
  return segments.join('/');
}

function checkSegments(path: string, shown: string): void {
  for (const segment of path.split('/')) {
    const bytes = Buffer.byteLength(segment);
    if (bytes > PATH_SEGMENT_MAX_BYTES)
      throw invalid(shown, `has a name of ${bytes} bytes, more than ${PATH_SEGMENT_MAX_BYTES}`);
  }
}

function firstSegment(key: string): string {
  return key.split('/', 1)[0]!;
}

function reserved(path: string): MlsqlError {
  return invalid(
    path,
    `lies below ${OWN_FOLDER}, which holds the product's own records`,
    'choose another folder',
  );
}

function invalid(path: string, rule: string, hint?: string): MlsqlError {
  const short =
    path.length > PATH_SHOWN_MAX_CHARACTERS ? `${path.slice(0, PATH_SHOWN_MAX_CHARACTERS)}…` : path;
  const shown = JSON.stringify(short);
  return new MlsqlError(
    'MLSQL_STORE_PATH_INVALID',
    `the path ${shown} ${rule}`,
    hint === undefined ? {} : { hint },
  );
}
