// Files and folders of a client as a request names them: checked, since they decide what lies where on executors.
import { MlsqlError } from '../../shared/errors.js';
import { blobKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { ClientFile__Output } from '../../shared/rpc/gen/mlsql/v1/ClientFile.js';
import type { ClientTree } from '../planning/inputs.js';

/**
 * The trees by the names that the script uses. Every content must have been uploaded.
 * @throws MlsqlError MLSQL_STORE_PATH_INVALID, MLSQL_USAGE_INVALID, MLSQL_SCRIPT_FILE_MISSING
 */
export async function clientTrees(
  store: ObjectStore,
  named: readonly ClientFile__Output[],
): Promise<ReadonlyMap<string, ClientTree>> {
  const trees = new Map<string, ClientTree>();
  for (const { name, folder, files } of named) {
    trees.set(name, {
      folder,
      files: files.map(({ path, sha256, size, executable }) => ({
        path: checkedRelative(path),
        sha256,
        sizeBytes: size,
        executable,
      })),
    });
  }
  await requireBlobs(store, trees);
  return trees;
}

/** Client paths decide where files lie on executors: nothing may leave the folder. */
function checkedRelative(path: string): string {
  const bad =
    path === '' ||
    path.startsWith('/') ||
    path.includes('\0') ||
    path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
  if (bad)
    throw new MlsqlError(
      'MLSQL_STORE_PATH_INVALID',
      `"${path.slice(0, 200)}" is no relative path within its folder`,
    );
  return path;
}

async function requireBlobs(store: ObjectStore, clientFiles: ReadonlyMap<string, ClientTree>): Promise<void> {
  for (const [name, tree] of clientFiles) {
    for (const file of tree.files) {
      if (!/^[0-9a-f]{64}$/.test(file.sha256))
        throw new MlsqlError(
          'MLSQL_USAGE_INVALID',
          `${name}: "${file.sha256.slice(0, 80)}" is no lower-case hexadecimal SHA-256`,
        );
      if ((await store.head(blobKey(file.sha256))) === undefined) {
        throw new MlsqlError(
          'MLSQL_SCRIPT_FILE_MISSING',
          `${name}/${file.path} was offered but never uploaded`,
          { hint: 'upload it by Files.UploadBlob before submitting' },
        );
      }
    }
  }
}
