// The state file: what is written is there, what is not ours is refused and stays as it was, one epoch writes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runId } from '../../shared/ids.js';
import { facts, jobSpec, Machine } from '../../test/support/machine.js';
import { MemoryStateStore } from '../../test/support/memory-state-store.js';
import { JobRecords } from './job-records.js';
import { RunRecords } from './run-records.js';
import { StateDb, stateFile } from './state-db.js';

let folder: string;
const opened: StateDb[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-state-'));
});
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openState(readOnly = false): Promise<StateDb> {
  const db = await StateDb.open(folder, { now: 5, readOnly });
  opened.push(db);
  return db;
}

async function closeState(db: StateDb): Promise<void> {
  opened.splice(opened.indexOf(db), 1);
  await db.close();
}

describe('the state file', () => {
  it('is made once, and keeps its cluster', async () => {
    const first = await openState();
    expect(first.meta).toMatchObject({ format: 1, createdMs: 5 });
    await closeState(first);
    expect((await openState()).meta).toEqual(first.meta);
  });

  it('keeps records in the order of their keys, and drops those without a value', async () => {
    const db = await openState();
    await db.claim(1);
    const many = [10, 9, 2, 1].map((n) => ({ key: ['a', 'x', n], value: n }));
    await db.write([...many, { key: ['a', 'y'], value: 'y' }, { key: ['ab'], value: 'other' }]);
    await db.write([{ key: ['a', 'x', 9], value: undefined }]);
    await closeState(db);
    const again = await openState();
    expect([...again.read(['a'])].map(({ value }) => value)).toEqual([1, 2, 10, 'y']);
    expect(again.keys(['a', 'x'])).toEqual([
      ['a', 'x', 1],
      ['a', 'x', 2],
      ['a', 'x', 10],
    ]);
  });

  it('closes behind what is being written', async () => {
    const db = await openState();
    await db.claim(1);
    const written = db.write([{ key: ['a', 1], value: 'kept' }]);
    await closeState(db);
    await written;
    expect((await openState()).get(['a', 1])).toBe('kept');
  });

  it('takes writes of the newest epoch alone', async () => {
    const older = await openState();
    await older.claim(3);
    const newer = await openState();
    await newer.claim(4);
    await expect(older.write([{ key: ['a'], value: 1 }])).rejects.toMatchObject({
      code: 'MLSQL_COORDINATOR_FENCED',
    });
    expect(newer.get(['a'])).toBeUndefined();
    await newer.write([{ key: ['a'], value: 2 }]);
    await expect(older.claim(3)).rejects.toMatchObject({ code: 'MLSQL_COORDINATOR_FENCED' });
    expect(newer.get(['a'])).toBe(2);
  });

  it.each([
    ['text', Buffer.from('not a database, and long enough to look like one '.repeat(200))],
    ['a short file', Buffer.from('x')],
  ])('is refused where it is %s, and stays as it was', async (_, content) => {
    writeFileSync(stateFile(folder), content);
    await expect(openState()).rejects.toMatchObject({ code: 'MLSQL_STATE_UNREADABLE' });
    expect(readFileSync(stateFile(folder))).toEqual(content);
  });

  it.each([
    ['another program’s', undefined, 'MLSQL_STATE_FOREIGN'],
    ['a newer version’s', { format: 2, clusterId: 'c', createdMs: 1 }, 'MLSQL_STATE_NEWER'],
  ])('is refused where it is %s', async (_, meta, code) => {
    const db = open(stateFile(folder), { noSubdir: true, encoding: 'msgpack' });
    await db.put(meta === undefined ? 'something' : ['meta', 'file'], meta ?? 1);
    await db.close();
    await expect(openState()).rejects.toMatchObject({ code });
    const after = open(stateFile(folder), { noSubdir: true, encoding: 'msgpack', readOnly: true });
    expect([...after.getKeys()]).toEqual([meta === undefined ? 'something' : ['meta', 'file']]);
    await after.close();
  });

  it('is not made by who only reads', async () => {
    await expect(openState(true)).rejects.toMatchObject({ code: 'MLSQL_STATE_UNREADABLE' });
  });
});

describe('records of jobs', () => {
  it('come back as the machine wrote them', async () => {
    const machine = new Machine();
    machine.connect(facts('e1', { slots: 2 }));
    machine.submit(jobSpec('j', 2500, { version: 3 }));
    machine.submit(jobSpec('gone'));
    machine.succeed('j', 0);
    machine.report('j', 1, 'failed');
    const memory = new MemoryStateStore();
    const db = await openState();
    await db.claim(1);
    const records = new JobRecords(db);
    for (const effect of machine.all) {
      if (effect.type !== 'persist-record') continue;
      await memory.write([effect.record]);
      await records.write([effect.record]);
    }
    await memory.forget(jobSpec('gone').jobId);
    await records.forget(jobSpec('gone').jobId);
    await closeState(db);
    expect(new JobRecords(await openState()).load()).toEqual(memory.load());
  });
});

describe('records of runs', () => {
  it('come back by statement and number, and an execution begins anew without the one before', async () => {
    const db = await openState();
    await db.claim(1);
    const records = new RunRecords(db);
    const id = runId('night');
    const run = {
      id,
      order: 1,
      submission: {
        runId: 'night',
        script: 'set a="1";',
        scriptName: '',
        settings: { k: 'v' },
        clientFiles: new Map([['./t.py', { folder: false, files: [] }]]),
        rowLimit: 0,
        sessionId: '',
        user: 'ada',
      },
      state: 'FAILED' as const,
      startTimeMs: 1,
      endTimeMs: 2,
      statementsDone: 1,
      statementsTotal: 2,
      jobIds: ['j'],
      message: 'no',
      warnings: 0,
    };
    const event = (seq: number) => ({
      seq,
      timeMs: seq,
      body: { kind: 'statement', index: 0, statement: 'set', state: 'done', line: 1 } as const,
    });
    await records.write(id, {
      run,
      events: [event(1), event(2)],
      finished: new Map([[0, { kind: 'save' }]]),
      jobs: new Map([[1, 'j']]),
    });
    expect(records.load()).toEqual([run]);
    expect(records.events(id)).toEqual([event(1), event(2)]);
    expect(records.jobs(id)).toEqual(new Map([[1, 'j']]));
    await records.write(id, { run: { ...run, state: 'RUNNING' }, anew: true, events: [event(1)] });
    expect(records.events(id)).toEqual([event(1)]);
    expect(records.jobs(id)).toEqual(new Map());
    expect(records.finished(id)).toEqual(new Map([[0, { kind: 'save' }]]));
    await records.forget(id);
    expect([records.load(), records.events(id)]).toEqual([[], []]);
  });
});
