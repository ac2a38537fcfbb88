// `mlsql state check|export|import`: a state looked at, copied and brought back while no coordinator needs to run.
import { createReadStream, createWriteStream, existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { asMlsqlError, MlsqlError } from '../../shared/errors.js';
import { parseScript } from '../../shared/language/parser.js';
import { checkInvariants } from '../scheduling/invariants.js';
import { recoveredCounts } from '../scheduling/recovery.js';
import { createSchedulerState, step } from '../scheduling/step.js';
import { JobRecords } from './job-records.js';
import { STATE_FORMAT } from './migrations.js';
import { RunRecords } from './run-records.js';
import { type CopyHead, type CopyTail, decodeLine, encodeLine, recordsOf } from './state-copy.js';
import { StateDb, type StateWrite, stateFile } from './state-db.js';

export interface StateToolRequest {
  readonly verb: 'check' | 'export' | 'import';
  readonly stateDir: string;
  /** The copy, for export and import. */
  readonly file: string;
  readonly json: boolean;
}

/** Records that are written at once. */
const WRITES_AT_ONCE = 10_000;

/** What a state holds. */
interface StateFacts {
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
 * Does the work and writes what came of it.
 * @returns the exit code: 0, or 1 where the state or the copy is not as it should be
 */
export async function runStateTool(request: StateToolRequest): Promise<number> {
  try {
    const facts = await work(request);
    process.stdout.write(request.json ? `${JSON.stringify(facts)}\n` : `${sentence(request, facts)}\n`);
    return 0;
  } catch (thrown) {
    const { code, message, details } = asMlsqlError(thrown);
    const hint = details.hint ?? '';
    if (request.json) process.stdout.write(`${JSON.stringify({ event: 'error', code, message, hint })}\n`);
    else process.stderr.write(`${code}: ${message}\n${hint === '' ? '' : `  ${hint}\n`}`);
    return 1;
  }
}

async function work(request: StateToolRequest): Promise<StateFacts> {
  if (request.verb === 'import') return importState(request);
  const db = await StateDb.open(request.stateDir, { now: Date.now(), readOnly: true });
  try {
    const facts = factsOf(db);
    if (request.verb === 'export') await exportState(db, request.file);
    return facts;
  } finally {
    await db.close();
  }
}

/** Reads every record, and puts a machine together from them as a coordinator would. */
function factsOf(db: StateDb): StateFacts {
  const machine = createSchedulerState({ epoch: db.lastEpoch + 1 }, 1);
  const runs = new RunRecords(db);
  try {
    step(machine, { type: 'recover', saved: new JobRecords(db).load() }, Date.now());
    checkInvariants(machine);
    for (const run of runs.load()) {
      parseScript(run.submission.script);
      runs.events(run.id);
      runs.finished(run.id);
      runs.jobs(run.id);
    }
  } catch (error) {
    if (error instanceof MlsqlError && error.code.startsWith('MLSQL_STATE_')) throw error;
    throw new MlsqlError(
      'MLSQL_STATE_UNREADABLE',
      `the records in ${db.file} do not fit together: ${(error as Error).message}`,
      {
        hint: 'bring back a copy: mlsql state import FILE',
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

async function exportState(db: StateDb, file: string): Promise<void> {
  if (existsSync(file))
    throw new MlsqlError('MLSQL_USAGE_INVALID', `${file} is there already`, { hint: 'name another file' });
  const head: CopyHead = {
    mlsqlState: db.meta.format,
    clusterId: db.meta.clusterId,
    createdMs: db.meta.createdMs,
    epoch: db.lastEpoch,
  };
  const output = createWriteStream(file, { mode: 0o600, flush: true });
  const lines = function* (): Generator<string> {
    yield `${JSON.stringify(head)}\n`;
    let records = 0;
    for (const { key, value } of db.read([])) {
      if (key[0] === 'meta') continue;
      records += 1;
      yield `${encodeLine(key, value)}\n`;
    }
    const tail: CopyTail = { records };
    yield `${JSON.stringify(tail)}\n`;
  };
  for (const line of lines())
    if (!output.write(line)) await new Promise<void>((resolve) => output.once('drain', () => resolve()));
  output.end();
  await finished(output);
}

async function importState({ stateDir, file }: StateToolRequest): Promise<StateFacts> {
  if (existsSync(stateFile(stateDir)))
    throw new MlsqlError('MLSQL_USAGE_INVALID', `there is a state in ${stateDir} already`, {
      hint: 'move its state.lmdb away first; a state is never overwritten',
    });
  if (!existsSync(file)) throw new MlsqlError('MLSQL_USAGE_INVALID', `there is no file ${file}`);
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let db: StateDb | undefined;
  let number = 0;
  let told: number | undefined;
  try {
    let writes: StateWrite[] = [];
    for await (const line of lines) {
      number += 1;
      if (db === undefined) {
        const head = readHead(JSON.parse(line));
        db = await StateDb.create(stateDir, head);
        await db.claim(head.epoch);
        continue;
      }
      if (told !== undefined) throw new Error('something stands behind the last line');
      told = recordsOf(line);
      if (told !== undefined) continue;
      writes.push(decodeLine(line));
      if (writes.length < WRITES_AT_ONCE) continue;
      await db.write(writes);
      writes = [];
    }
    if (db === undefined) throw new Error('it is empty');
    // Head and tail are none of the records.
    if (told !== number - 2) throw cutShort(file, number - (told === undefined ? 1 : 2), told);
    await db.write(writes);
    return factsOf(db);
  } catch (error) {
    await db?.close();
    if (db !== undefined)
      for (const part of ['', '-lock']) rmSync(`${stateFile(stateDir)}${part}`, { force: true });
    db = undefined;
    if (error instanceof MlsqlError) throw error;
    throw new MlsqlError(
      'MLSQL_STATE_UNREADABLE',
      `line ${number} of ${file} is none of a state: ${(error as Error).message}`,
      {
        hint: 'give a file that mlsql state export wrote',
        cause: error,
      },
    );
  } finally {
    await db?.close();
  }
}

function cutShort(file: string, records: number, told: number | undefined): MlsqlError {
  const lacks =
    told === undefined ? 'its last line, which says how many there are' : `${told} by its last line`;
  return new MlsqlError(
    'MLSQL_STATE_UNREADABLE',
    `the copy ${file} is not whole: it has ${records} records, and ${told === undefined ? 'lacks ' : ''}${lacks}`,
    { hint: 'export the state again; nothing was made' },
  );
}

function readHead(head: Partial<CopyHead>): CopyHead {
  const { mlsqlState, clusterId, createdMs, epoch } = head;
  if (typeof mlsqlState !== 'number' || typeof clusterId !== 'string') throw new Error('it has no head');
  if (mlsqlState !== STATE_FORMAT)
    throw new MlsqlError(
      'MLSQL_STATE_NEWER',
      `the copy has format ${mlsqlState}, this version reads ${STATE_FORMAT}`,
      {
        hint: 'import it with the version that wrote it',
      },
    );
  if (!Number.isSafeInteger(epoch) || !Number.isFinite(createdMs))
    throw new Error('its head lacks epoch or time');
  return { mlsqlState, clusterId, createdMs: createdMs as number, epoch: epoch as number };
}

function sentence({ verb, file }: StateToolRequest, facts: StateFacts): string {
  const { jobs, jobsOpen, attempts, runs, runsOpen, executors } = facts;
  const what = `${jobs} jobs (${jobsOpen} not ended, ${attempts} attempts), ${runs} runs (${runsOpen} not ended), ${executors} executors`;
  const about = `cluster ${facts.clusterId}, epoch ${facts.epoch}, format ${facts.format}: ${what}`;
  if (verb === 'check') return `${facts.file} is whole: ${about}`;
  return verb === 'export' ? `${file} written: ${about}` : `${facts.file} made: ${about}`;
}
