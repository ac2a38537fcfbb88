// What users of the simulation want trained.
import type { ModelTarget, StoredFile, TrainDescription } from '../../../coordinator/models/model-types.js';
import type { ClaimRequest } from '../../../coordinator/models/publisher.js';
import type { JobSpec } from '../../../coordinator/scheduling/model.js';
import { type JobId, jobId } from '../../../shared/ids.js';
import { blobKey } from '../../../shared/object-store/keys.js';
import { jobSpec } from '../../support/machine.js';
import type { Dice } from '../scheduling/chaos.js';
import { sha256 } from './content.js';

const SCRIPT = 'print(1)';
export const SCRIPT_FILE: StoredFile = {
  path: 'train.py',
  key: blobKey(sha256(SCRIPT)),
  sizeBytes: Buffer.byteLength(SCRIPT),
  sha256: sha256(SCRIPT),
  executable: false,
};
export const SCRIPT_BYTES = Buffer.from(SCRIPT);

export class Train {
  readonly jobId: JobId;
  readonly path: string;
  readonly keepVersion: boolean;
  readonly #groups: number;
  readonly #retries: number;
  readonly #failFast: boolean;
  readonly #minSuccess: number;
  readonly #user: string;

  constructor(index: number, dice: Dice) {
    this.jobId = jobId(`job-${index}`);
    this.keepVersion = dice.chance(0.7);
    this.path = this.keepVersion ? `models/v${dice.between(0, 1)}` : 'models/g';
    this.#groups = dice.between(1, 5);
    this.#retries = dice.between(0, 2);
    this.#failFast = dice.chance(0.2);
    this.#minSuccess = dice.between(1, this.#groups);
    this.#user = dice.one(['ada', 'bob']);
  }

  claim(now: number): ClaimRequest {
    const { jobId, keepVersion } = this;
    return {
      jobId,
      runId: `run-of-${jobId}`,
      user: this.#user,
      keepVersion,
      train: this.#description(),
      now,
    };
  }

  spec(target: ModelTarget): JobSpec {
    const task = { project: [SCRIPT_FILE], timeoutMs: 45_000, graceMs: 2_000 };
    return jobSpec(this.jobId, this.#groups, {
      each: { retries: this.#retries, task },
      path: this.path,
      target,
      failFast: this.#failFast,
      minSuccess: this.#minSuccess,
      user: this.#user,
    });
  }

  #description(): TrainDescription {
    return {
      systemParam: {},
      trainParams: {},
      hashes: {},
      project: { files: [SCRIPT_FILE], script: 'train.py', command: '', builtinAlg: '' },
      groups: Array.from({ length: this.#groups }, (_, algIndex) => ({
        algIndex,
        alg: 'train.py',
        fitParam: {},
        resources: [],
      })),
    };
  }
}
