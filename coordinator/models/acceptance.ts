// Which attempt of a group counts, decided by the store: whoever creates the marker first. Every coordinator, also one
// that was paused and wakes up late, then copies the same attempt's bytes.
import { acceptedKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { won } from '../../shared/object-store/won.js';
import type { AttemptResult } from '../scheduling/model.js';
import { readObject } from './objects.js';

/** The attempt that counts, and what it left in its staging place. */
export interface AcceptedAttempt {
  readonly attempt: number;
  readonly result: AttemptResult;
}

/** Proposes an attempt; the answer is the one that counts, mostly the proposed one. */
export async function acceptAttempt(
  store: ObjectStore,
  folder: string,
  algIndex: number,
  proposed: AcceptedAttempt,
): Promise<AcceptedAttempt> {
  const marker = Buffer.from(`${JSON.stringify(proposed)}\n`);
  for (;;) {
    if (await won(store.put(acceptedKey(folder, algIndex), marker, { ifAbsent: true }))) return proposed;
    const accepted = await readAccepted(store, folder, algIndex);
    // Undefined: the version was published and its staging removed between the two calls.
    if (accepted !== undefined) return accepted;
  }
}

/** The attempt that counts; undefined where none was accepted, or all is published and cleared away. */
export async function readAccepted(
  store: ObjectStore,
  folder: string,
  algIndex: number,
): Promise<AcceptedAttempt | undefined> {
  const found = await readObject(store, acceptedKey(folder, algIndex));
  return found === undefined ? undefined : (JSON.parse(found.bytes.toString('utf8')) as AcceptedAttempt);
}
