// Formats of the state file, and the way from each to the next.
import type { Key, RootDatabase } from 'lmdb';

/** The format that this version writes. */
export const STATE_FORMAT = 1;

/** By the format it starts from: changes all records to the next one's. */
const STEPS: Readonly<Record<number, (db: RootDatabase<unknown, Key>) => void>> = {};

/** Changes all records from a format to the present one, inside the caller's transaction. */
export function migrate(db: RootDatabase<unknown, Key>, from: number): void {
  for (let format = from; format < STATE_FORMAT; format++) {
    const step = STEPS[format];
    if (step === undefined) throw new Error(`no migration from state format ${format}`);
    step(db);
  }
}
