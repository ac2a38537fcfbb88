// The coordinator's own ports with crash points: its state and its SQL process.
import { type CrashPoints, withCrashPoints } from '../shared/crash-points/crash-points.js';
import type { StateDb } from './state/state-db.js';
import type { TableEngine } from './tables/table-engine.js';

/** Writes are named by the first record of each: `job/group`, `run/finished`. */
export function stateWithCrashPoints(points: CrashPoints | undefined, state: StateDb): StateDb {
  return withCrashPoints(points, 'state', state, {
    claim: true,
    write: ([first]) => first?.key.filter((_, at) => at % 2 === 0).join('/'),
    close: true,
  });
}

export function engineWithCrashPoints(points: CrashPoints | undefined, engine: TableEngine): TableEngine {
  return withCrashPoints(points, 'tables', engine, {
    openSession: true,
    closeSession: true,
    load: true,
    select: true,
    fromRows: true,
    describe: true,
    rows: true,
    writeParts: true,
    save: true,
  });
}
