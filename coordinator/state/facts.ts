// What a state holds, found by reading every record and putting a machine together from them as a coordinator would.
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { MlsqlError } from '../../shared/errors.js';
import { parseScript } from '../../shared/language/parser.js';
import { checkInvariants } from '../scheduling/invariants.js';
import { recoveredCounts } from '../scheduling/recovery.js';
import { createSchedulerState, step } from '../scheduling/step.js';
import { JobRecords } from './job-records.js';
import { RunRecords } from './run-records.js';
import { lacksPages, StateDb, stateFile } from './state-db.js';

export interface StateFacts {
  readonly file: string;
  readonly clusterId: string;
  readonly format: number;
  readonly epoch: number;
  readonly jobs: number;
  readonly jobsOpen: number;
  readonly attempts: number;
  readonly runs: number;
  readonly runsOpen: number;
  readonly executors: number;
}

/**
 * Reads all of a state. One that lacks pages is also written to, in a copy: a page that only writers read may be among them.
 * @param scratch - an empty folder
 * @throws MlsqlError as StateDb.open, and MLSQL_STATE_UNREADABLE for records that do not fit together
 */
export async function readFacts(stateDir: string, scratch: string): Promise<StateFacts> {
  if (existsSync(stateFile(stateDir)) && lacksPages(stateFile(stateDir))) {
    await copyFile(stateFile(stateDir), stateFile(scratch));
    const copy = await StateDb.open(scratch, { now: Date.now() });
    await copy.claim(copy.lastEpoch + 1);
    await copy.markCopy();
    await copy.close();
  }
  const db = await StateDb.open(stateDir, { now: Date.now(), readOnly: true });
  try {
    return factsOf(db);
  } finally {
    await db.close();
  }
}

/** The same of a state that is open. */
export function factsOf(db: StateDb): StateFacts {
  const machine = createSchedulerState({ epoch: db.lastEpoch + 1 }, 1);
  const runs = new RunRecords(db);
  try {
    step(machine, { type: 'recover', saved: new JobRecords(db).load() }, Date.now());
    checkInvariants(machine);
    for (const run of runs.load()) {
      // Only these are read again.
      if (run.state === 'RUNNING') parseScript(run.submission.script);
      runs.events(run.id);
      runs.finished(run.id);
      runs.jobs(run.id);
    }
  } catch (error) {
    if (error instanceof MlsqlError && error.code.startsWith('MLSQL_STATE_')) throw error;
    throw new MlsqlError(
      'MLSQL_STATE_UNREADABLE',
      `the records in ${db.file} do not fit together: ${(error as Error).message.split('\n')[0]}`,
      {
        hint: 'nothing was changed: bring back a copy (mlsql state import), or move the file away; what the store tells is found again',
        cause: error,
      },
    );
  }
  const { jobs, open, attempts } = recoveredCounts(machine);
  const saved = runs.load();
  return {
    file: db.file,
    clusterId: db.meta.clusterId,
    format: db.meta.format,
    epoch: db.lastEpoch,
    jobs,
    jobsOpen: open,
    attempts,
    runs: saved.length,
    runsOpen: saved.filter((run) => run.state === 'RUNNING').length,
    executors: machine.executors.size,
  };
}
