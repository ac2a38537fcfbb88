import { isMlsqlError } from '../errors.js';

/** True where a conditional write won; false where its condition failed. */
export async function won(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isMlsqlError(error, 'MLSQL_STORE_PRECONDITION')) return false;
    throw error;
  }
}
