// From a store URL to its adapter.
import { MlsqlError } from '../errors.js';
import { createLocalStore } from './local-store.js';
import type { ObjectStore } from './object-store.js';

/**
 * Opens the store a URL names: `file:///dir` or `s3://bucket/prefix`, taken literally (a `%20` in it is three characters).
 * @param url - MLSQL_STORE or --store
 * @param env - environment with the adapter's settings, see s3/s3-config.ts; a local directory has none
 * @throws MLSQL_USAGE_INVALID for a URL or setting that is not understood, MLSQL_STORE_UNAVAILABLE for a store that cannot
 *   be used
 */
export async function openStore(url: string, env: NodeJS.ProcessEnv): Promise<ObjectStore> {
  const path = /^file:\/\/(\/.*[^/].*)$/s.exec(url)?.[1];
  if (path !== undefined && !path.includes('\0')) return createLocalStore(path);
  // Loaded when first used: it takes a third of a second.
  if (url.startsWith('s3://')) return (await import('./s3/open-s3-store.js')).openS3Store(url, env);
  throw new MlsqlError('MLSQL_USAGE_INVALID', `The store URL "${url}" is not understood.`, {
    hint: 'Give a local directory as file:///absolute/path (three slashes; the root of the file system is none), or s3://bucket/prefix.',
  });
}
