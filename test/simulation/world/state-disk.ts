// The disk with a coordinator's state: what was committed survives, whatever happens to the process; an epoch that is over
// writes no more.
import type { StateStore } from '../../../coordinator/runtime/state-store.js';
import type { DurableRecord } from '../../../coordinator/scheduling/effects.js';
import type { SavedState } from '../../../coordinator/scheduling/saved-state.js';
import { MlsqlError } from '../../../shared/errors.js';
import type { JobId } from '../../../shared/ids.js';
import { MemoryStateStore } from '../../support/memory-state-store.js';
import type { Faults } from './faults.js';
import type { SimulatedProcess } from './process.js';

const COMMIT_MAX_MS = 15;

export class StateDisk {
  readonly records = new MemoryStateStore();
  /** Runs that were noted, and whether each has come to its end. */
  readonly runs = new Map<string, 'noted' | 'concluded'>();
  epoch = 0;
  /** True: a planted bug. */
  ignoresEpoch = false;
  committed: (epoch: number) => void = () => undefined;

  constructor(private readonly faults: Faults) {}

  /** @throws MlsqlError MLSQL_COORDINATOR_FENCED where a later epoch was here */
  commit(process: SimulatedProcess, epoch: number, change: () => void): Promise<void> {
    const { time } = process;
    return new Promise((resolve, reject) => {
      time.after(this.faults.dice.between(1, COMMIT_MAX_MS), () => {
        const settle = (run: () => void): void =>
          time.after(this.faults.dice.between(0, 2), () => process.deliver(run));
        if (this.epoch > epoch && !this.ignoresEpoch) return settle(() => reject(fenced(epoch, this.epoch)));
        if (this.faults.strikes('state disk full', 0.0012)) return settle(() => reject(new DiskFull()));
        // What a dead process had not given to the disk never comes there; half of the times it had.
        if (process.dead && this.faults.dice.chance(0.5)) return;
        this.epoch = Math.max(this.epoch, epoch);
        this.committed(epoch);
        change();
        settle(resolve);
      });
    });
  }
}

export class DiskFull extends Error {
  constructor() {
    super('ENOSPC: no space left on device');
  }
}

/** The records of the disk as one coordinator writes them. */
export class DiskRecords implements StateStore {
  constructor(
    private readonly disk: StateDisk,
    private readonly process: SimulatedProcess,
    private readonly epoch: number,
  ) {}

  write(records: readonly DurableRecord[]): Promise<void> {
    return this.disk.commit(this.process, this.epoch, () => void this.disk.records.write(records));
  }

  forget(jobId: JobId): Promise<void> {
    return this.disk.commit(this.process, this.epoch, () => void this.disk.records.forget(jobId));
  }

  load(): SavedState {
    return this.disk.records.load();
  }
}

function fenced(epoch: number, newest: number): MlsqlError {
  return new MlsqlError('MLSQL_COORDINATOR_FENCED', `epoch ${epoch} is over, ${newest} writes now`);
}
