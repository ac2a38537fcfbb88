// What the errors of the file system mean to a user of the store.
import { MlsqlError } from '../errors.js';

/** The errno code of a Node error, '' for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? '') : '';
}

export function notFound(key: string): MlsqlError {
  return new MlsqlError('MLSQL_STORE_NOT_FOUND', `Nothing lies at "/${key}" in the store.`);
}

export function preconditionFailed(key: string, found: 'exists' | 'changed' | 'missing'): MlsqlError {
  const facts = {
    exists: 'it exists already',
    changed: 'it has changed since it was read',
    missing: 'it is not there',
  };
  return new MlsqlError('MLSQL_STORE_PRECONDITION', `"/${key}" was not written: ${facts[found]}.`);
}

/** A directory cannot hold both `a` and `a/b`; the S3 adapter can. */
export function collision(key: string, existing: string): MlsqlError {
  const text =
    existing.length < key.length
      ? `"/${key}" cannot be written: "/${existing}" is an object, so nothing can lie below it in a store that is a local directory.`
      : `"/${key}" cannot be written: it is a folder with objects in it.`;
  return new MlsqlError('MLSQL_STORE_PATH_INVALID', text, {
    hint: 'Choose another path, or remove what lies there.',
  });
}

export function leavesRoot(key: string, link: string): MlsqlError {
  return new MlsqlError(
    'MLSQL_STORE_PATH_INVALID',
    `"/${key}" leads over the symbolic link "/${link}", and the store follows none.`,
    { hint: 'Put the files themselves into the store folder.' },
  );
}

/**
 * An error of the file system as an MlsqlError; MlsqlErrors and what is no errno error stay as they are.
 * @param doing - for the message: "write", "read", "list", "copy", "remove"
 */
export function storeError(error: unknown, doing: string, key: string): unknown {
  const code = errnoOf(error);
  if (error instanceof MlsqlError || !/^E[A-Z0-9]+$/.test(code)) return error;
  if (code === 'ENOENT' && doing !== 'write') return notFound(key);
  if (code === 'ENAMETOOLONG') {
    return new MlsqlError(
      'MLSQL_STORE_PATH_INVALID',
      `The store path "/${key}" is too long for the file system.`,
      { cause: error },
    );
  }
  const hints: Record<string, string> = {
    ENOENT: 'The store folder or a part of it was removed: restart what uses it.',
    ENOSPC: 'The disk is full: free some space, or move the store.',
    EDQUOT: "The user's disk quota is used up.",
    EACCES: 'The user of this process lacks the rights: check the owner of the store folder.',
    EPERM: 'The file system refuses the operation: a store folder needs hard links and symbolic links.',
    EROFS: 'The file system is read-only.',
    EMFILE: 'Too many open files: raise the limit (ulimit -n).',
  };
  const hint = hints[code];
  return new MlsqlError(
    'MLSQL_STORE_UNAVAILABLE',
    `The store cannot ${doing} "/${key}": ${(error as Error).message}.`,
    {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    },
  );
}
