// `mlsql state check|export|import`: a state looked at, copied and brought back while no coordinator needs to run.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, rmSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asMlsqlError, MlsqlError } from '../../shared/errors.js';
import { makeFolder } from '../../shared/make-folder.js';
import { factsOf, readFacts, type StateFacts } from './facts.js';
import { STATE_FORMAT } from './migrations.js';
import { probeState } from './probe.js';
import { type CopyHead, type CopyTail, decodeLine, encodeLine, tailOf } from './state-copy.js';
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

/**
 * Does the work and writes what came of it.
 * @returns the exit code: 0, 1 where the state or the copy is not as it should be, 2 for wrong usage
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
    else process.stderr.write(`error ${code}: ${message}\n${hint === '' ? '' : `  hint: ${hint}\n`}`);
    return code === 'MLSQL_USAGE_INVALID' ? 2 : 1;
  }
}

async function work(request: StateToolRequest): Promise<StateFacts> {
  if (request.verb === 'import') return importState(request);
  if (request.verb === 'export' && existsSync(request.file))
    throw new MlsqlError('MLSQL_USAGE_INVALID', `${request.file} is there already`, {
      hint: 'name another file',
    });
  const facts = await probeState(request.stateDir);
  if (request.verb === 'check') return facts;
  const db = await StateDb.open(request.stateDir, { now: Date.now(), readOnly: true });
  try {
    await exportState(db, request.file);
    return facts;
  } finally {
    await db.close();
  }
}

/** Prints what readFacts finds, or why it cannot: for a process of its own, see probe.ts. */
export async function tellFacts(stateDir: string, scratch: string): Promise<void> {
  const answer = await readFacts(stateDir, scratch).then(
    (facts) => ({ facts }),
    (thrown: unknown) => {
      const { code, message, details } = asMlsqlError(thrown);
      return { code, message, hint: details.hint ?? '' };
    },
  );
  process.stdout.write(JSON.stringify(answer));
}

async function exportState(db: StateDb, file: string): Promise<void> {
  const head: CopyHead = {
    mlsqlState: db.meta.format,
    clusterId: db.meta.clusterId,
    createdMs: db.meta.createdMs,
    epoch: db.lastEpoch,
  };
  const hash = createHash('sha256');
  const lines = function* (): Generator<string> {
    yield `${JSON.stringify(head)}\n`;
    let records = 0;
    for (const { key, value } of db.read([])) {
      if (key[0] === 'meta') continue;
      records += 1;
      const line = encodeLine(key, value);
      hash.update(`${line}\n`);
      yield `${line}\n`;
    }
    const tail: CopyTail = { records, sha256: hash.digest('hex') };
    yield `${JSON.stringify(tail)}\n`;
  };
  try {
    await pipeline(
      Readable.from(lines()),
      createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }),
    );
  } catch (error) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', `${file} cannot be written: ${(error as Error).message}`, {
      hint: 'name a file in a folder that is there, with room on its disk',
    });
  }
}

async function importState({ stateDir, file }: StateToolRequest): Promise<StateFacts> {
  if (existsSync(stateFile(stateDir)))
    throw new MlsqlError('MLSQL_USAGE_INVALID', `there is a state in ${stateDir} already`, {
      hint: 'move its state.lmdb away first; a state is never overwritten',
    });
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new MlsqlError('MLSQL_USAGE_INVALID', `there is no file ${file}`, {
      hint: 'name a file that mlsql state export wrote',
    });
  const isNew = !existsSync(stateDir);
  try {
    makeFolder(stateDir, 0o700);
  } catch (error) {
    throw new MlsqlError(
      'MLSQL_USAGE_INVALID',
      `the folder ${stateDir} cannot be made: ${(error as Error).message}`,
      { hint: 'name another one with --state' },
    );
  }
  try {
    return await readCopy(stateDir, file);
  } catch (error) {
    for (const part of ['', '-lock']) rmSync(`${stateFile(stateDir)}${part}`, { force: true });
    if (isNew) rmSync(stateDir, { recursive: true, force: true });
    throw error;
  }
}

/** Makes the state of a copy; what is made of one that is not whole is the caller's to remove. */
async function readCopy(stateDir: string, file: string): Promise<StateFacts> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  const hash = createHash('sha256');
  let db: StateDb | undefined;
  let number = 0;
  let tail: CopyTail | undefined;
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
      if (tail !== undefined) throw new Error('something stands behind the last line');
      tail = tailOf(line);
      if (tail !== undefined) continue;
      hash.update(`${line}\n`);
      writes.push(decodeLine(line));
      if (writes.length < WRITES_AT_ONCE) continue;
      await db.write(writes);
      writes = [];
    }
    if (db === undefined) throw new Error('it is empty');
    // Head and tail are none of the records.
    if (tail?.records !== number - 2)
      throw cutShort(file, number - (tail === undefined ? 1 : 2), tail?.records);
    if (tail.sha256 !== hash.digest('hex'))
      throw new MlsqlError('MLSQL_STATE_UNREADABLE', `the copy ${file} was changed after it was written`, {
        hint: 'export the state again; nothing was made',
      });
    await db.write(writes);
    await db.markCopy();
    return factsOf(db);
  } catch (error) {
    if (error instanceof MlsqlError) throw error;
    throw new MlsqlError(
      'MLSQL_STATE_UNREADABLE',
      number === 0
        ? `${file} is none of a state: ${(error as Error).message}`
        : `line ${number} of ${file} is none of a state: ${(error as Error).message}`,
      { hint: 'give a file that mlsql state export wrote', cause: error },
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
