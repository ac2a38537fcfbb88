// The models' publisher as the job runtime wants it. A job's target is the ModelTarget that was claimed for it.
import { attemptStaging, checkpointPrefix } from '../../shared/object-store/keys.js';
import type { ModelTarget } from '../models/model-types.js';
import type { Publisher } from '../models/publisher.js';
import type { JobPublisher } from './publisher.js';

/** Jobs that are submitted with it must have a ModelTarget as their target. */
export function modelPublisher(publisher: Publisher): JobPublisher {
  return {
    stagingPrefix: (target, { algIndex, attempt }) =>
      attemptStaging((target as ModelTarget).folder, algIndex, attempt),
    checkpointPrefix: (target, algIndex) => checkpointPrefix((target as ModelTarget).folder, algIndex),
    accept: (target, { algIndex, attempt }, result) =>
      publisher.accept(target as ModelTarget, algIndex, attempt, result),
    publish: (target, outcome) => publisher.publish(target as ModelTarget, outcome),
    fail: (target, outcome) => publisher.fail(target as ModelTarget, outcome),
  };
}
