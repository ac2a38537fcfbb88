// Which objects a load reads: one file, or all files of a folder but the hidden ones, with the values of its dt=… folders.
import { MlsqlError, type Position } from '../../shared/errors.js';
import type { Buckets } from '../../shared/object-store/buckets.js';
import { blobKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { SourceFile } from '../tables/table-engine.js';
import { type ClientTree, classifyAt } from './inputs.js';

/**
 * The files behind a load's path, in order of their names.
 * @throws MlsqlError MLSQL_STORE_NOT_FOUND or MLSQL_SCRIPT_FILE_MISSING where there is none
 */
export async function resolveSources(
  { store: own, buckets }: { readonly store: ObjectStore; readonly buckets: Buckets },
  clientFiles: ReadonlyMap<string, ClientTree>,
  path: string,
  position: Position,
): Promise<readonly SourceFile[]> {
  const place = classifyAt(path, position);
  if (place.kind === 'client') {
    const tree = clientFiles.get(path) ?? clientFiles.get(place.name);
    if (tree === undefined) {
      throw new MlsqlError('MLSQL_SCRIPT_FILE_MISSING', `the client did not offer "${path}"`, {
        position,
        hint: 'submit the file with the script; mlsql run does so by itself',
      });
    }
    const files = tree.files
      .filter((file) => !tree.folder || isVisible(file.path))
      .map((file) => ({
        key: blobKey(file.sha256),
        sizeBytes: file.sizeBytes,
        etag: file.sha256,
        displayName: tree.folder ? `${place.name}/${file.path}` : place.name,
        ...partitionValues(tree.folder ? file.path : ''),
      }));
    if (files.length === 0) throw emptyFolder(path, position);
    return files;
  }
  const store = place.kind === 's3' ? await buckets.open(place.bucket) : own;
  const elsewhere = place.kind === 's3' ? { store } : {};
  const root = place.kind === 's3' ? `s3://${place.bucket}/` : '/';
  const single = place.key === '' ? undefined : await store.head(place.key);
  if (single !== undefined) {
    const { key, sizeBytes, etag } = single;
    return [{ key, sizeBytes, etag, displayName: path, ...elsewhere }];
  }
  const prefix = place.key === '' ? '' : `${place.key}/`;
  const files: SourceFile[] = [];
  let seen = false;
  for await (const entry of store.list(prefix)) {
    if (entry.kind !== 'object') continue;
    seen = true;
    const relative = entry.info.key.slice(prefix.length);
    if (!isVisible(relative)) continue;
    files.push({
      key: entry.info.key,
      sizeBytes: entry.info.sizeBytes,
      etag: entry.info.etag,
      displayName: root + entry.info.key,
      ...elsewhere,
      ...partitionValues(relative),
    });
  }
  if (files.length > 0) return files;
  if (seen) throw emptyFolder(path, position);
  const where = place.kind === 's3' ? `the bucket ${place.bucket}` : 'the store';
  throw new MlsqlError('MLSQL_STORE_NOT_FOUND', `${path} is not in ${where}`, {
    position,
    path,
    hint: 'see mlsql fs ls; a file of your own machine is named relative to the script, ./name',
  });
}

/** Spark's rule: names that begin with _ or . are not data, but a partition folder (`_dt=1`) is. */
function isVisible(relative: string): boolean {
  return relative
    .split('/')
    .every((segment) => !segment.startsWith('.') && (!segment.startsWith('_') || segment.includes('=')));
}

function partitionValues(relative: string): { partitionValues?: Readonly<Record<string, string>> } {
  const values: Record<string, string> = {};
  for (const segment of relative.split('/').slice(0, -1)) {
    const split = segment.indexOf('=');
    if (split > 0) values[segment.slice(0, split)] = unescapePartition(segment.slice(split + 1));
  }
  return Object.keys(values).length === 0 ? {} : { partitionValues: values };
}

/** Hive's escapes in partition folder names: %2F for a slash, and so on. A malformed one is taken literally. */
function unescapePartition(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function emptyFolder(path: string, position: Position): MlsqlError {
  return new MlsqlError('MLSQL_TABLE_EMPTY', `the folder ${path} holds no data files`, {
    position,
    hint: 'names that begin with _ or . are not read',
  });
}
