import type { ObjectStore } from '../object-store.js';
import { s3Config } from './s3-config.js';
import { credentialsOf } from './s3-credentials.js';
import { S3Store } from './s3-store.js';

/**
 * The store of an s3:// URL. Nothing is sent yet.
 * @throws MlsqlError as s3Config
 */
export function openS3Store(url: string, env: NodeJS.ProcessEnv): ObjectStore {
  return new S3Store(s3Config(url, env), credentialsOf(env));
}
