// Runs in the state file.
import type { RunId } from '../../shared/ids.js';
import type { RunEvent } from '../runs/run-events.js';
import type { RunChange, RunStore, SavedRun } from '../runs/run-store.js';
import type { FinishedStatement } from '../runs/script-runner.js';
import type { StateDb, StateKey, StateWrite } from './state-db.js';

export class RunRecords implements RunStore {
  constructor(private readonly db: StateDb) {}

  load(): readonly SavedRun[] {
    const runs = [...this.db.read(['runs'])].map(({ value }) => value as SavedRun);
    return runs.sort((a, b) => a.order - b.order);
  }

  events(id: RunId): readonly RunEvent[] {
    return [...this.db.read(['run', id, 'event'])].map(({ value }) => value as RunEvent);
  }

  finished(id: RunId): Map<number, FinishedStatement> {
    return this.#byStatement<FinishedStatement>(['run', id, 'finished']);
  }

  jobs(id: RunId): Map<number, string> {
    return this.#byStatement<string>(['run', id, 'job']);
  }

  write(id: RunId, change: RunChange): Promise<void> {
    const writes: StateWrite[] = [];
    if (change.anew === true) {
      for (const part of ['event', 'job']) writes.push(...this.#removals(['run', id, part]));
    }
    if (change.run !== undefined) writes.push({ key: ['runs', id], value: change.run });
    for (const event of change.events ?? [])
      writes.push({ key: ['run', id, 'event', event.seq], value: event });
    for (const [index, value] of change.finished ?? [])
      writes.push({ key: ['run', id, 'finished', index], value });
    for (const [index, value] of change.jobs ?? []) writes.push({ key: ['run', id, 'job', index], value });
    return this.db.write(writes);
  }

  async forget(id: RunId): Promise<void> {
    await this.db.write([{ key: ['runs', id], value: undefined }, ...this.#removals(['run', id])]);
  }

  #removals(prefix: StateKey): StateWrite[] {
    return this.db.keys(prefix).map((key) => ({ key, value: undefined }));
  }

  #byStatement<T>(prefix: StateKey): Map<number, T> {
    return new Map([...this.db.read(prefix)].map(({ key, value }) => [Number(key.at(-1)), value as T]));
  }
}
