// The points of an object store, named by the operation and the kind of object.
import { kindOfKey } from '../object-store/keys.js';
import type { ObjectStore } from '../object-store/object-store.js';
import { type CrashPoints, withCrashPoints } from './crash-points.js';

export function storeWithCrashPoints(points: CrashPoints | undefined, store: ObjectStore): ObjectStore {
  return withCrashPoints(points, 'store', store, {
    head: kindOfKey,
    get: kindOfKey,
    put: kindOfKey,
    copy: (_source, target) => kindOfKey(target),
    list: kindOfKey,
    delete: ([key]) => key && kindOfKey(key),
  });
}
