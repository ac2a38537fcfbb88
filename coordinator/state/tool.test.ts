// A state copied out and brought back is the same; what does not fit together is refused by name, and nothing is overwritten.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { facts, jobSpec, Machine } from '../../test/support/machine.js';
import { JobRecords } from './job-records.js';
import { decodeLine, encodeLine } from './state-copy.js';
import { StateDb, stateFile } from './state-db.js';
import { runStateTool } from './tool.js';

let root: string;
let said: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mlsql-state-tool-'));
  said = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const tool = (verb: 'check' | 'export' | 'import', state: string, file = 'copy'): Promise<number> =>
  runStateTool({ verb, stateDir: join(root, state), file: join(root, file), json: false });

async function withJob(state: string): Promise<void> {
  const machine = new Machine();
  machine.connect(facts('e1', { slots: 2 }));
  machine.submit(jobSpec('j', 3, { target: new Map([['f', Number.NaN]]) }));
  machine.report('j', 0, 'failed');
  const db = await StateDb.open(join(root, state), { now: 1 });
  await db.claim(9);
  const records = machine.all.flatMap((effect) => (effect.type === 'persist-record' ? [effect.record] : []));
  await new JobRecords(db).write(records);
  await db.close();
}

it('copies a state whole, and brings it back as the same cluster', async () => {
  await withJob('a');
  expect(await tool('check', 'a')).toBe(0);
  expect(said.at(-1)).toMatch(
    /is whole: cluster cluster-.*, epoch 9, .*: 1 jobs \(1 not ended, 2 attempts\)/,
  );
  expect(await tool('export', 'a')).toBe(0);
  expect(await tool('import', 'b')).toBe(0);
  const states = await Promise.all(
    ['a', 'b'].map(async (state) => {
      const db = await StateDb.open(join(root, state), { now: 2, readOnly: true });
      const saved = new JobRecords(db).load();
      await db.close();
      return { saved, meta: db.meta };
    }),
  );
  expect(states[1]).toEqual(states[0]);
});

it('overwrites neither a state nor a file', async () => {
  await withJob('a');
  writeFileSync(join(root, 'copy'), 'mine');
  expect(await tool('export', 'a')).toBe(2);
  expect(await tool('import', 'a')).toBe(2);
  expect(said.join('')).toContain('is there already');
  expect(said.join('')).toContain('there is a state in');
  expect(readFileSync(join(root, 'copy'), 'utf8')).toBe('mine');
});

it.each([
  ['an empty file', '', /it is empty/],
  ['another file', 'a,b\n1,2\n', /line 1 .* is none of a state/],
  [
    'a copy that was cut',
    `{"mlsqlState":1,"clusterId":"c","createdMs":1,"epoch":1}\n{"key":["job","j"`,
    /line 2/,
  ],
  ['a copy of a newer version', '{"mlsqlState":2,"clusterId":"c","createdMs":1,"epoch":1}\n', /format 2/],
  [
    'a copy that was cut behind a line',
    `{"mlsqlState":1,"clusterId":"c","createdMs":1,"epoch":1}\n{"key":["executor","e"],"value":{}}\n`,
    /is not whole: it has 1 records, and lacks its last line/,
  ],
  [
    'a copy that lost a line',
    `{"mlsqlState":1,"clusterId":"c","createdMs":1,"epoch":1}\n{"key":["executor","e"],"value":{}}\n{"records":2}\n`,
    /is not whole: it has 1 records, and 2 by its last line/,
  ],
  [
    'a copy that lacks records',
    `{"mlsqlState":1,"clusterId":"c","createdMs":1,"epoch":1}\n{"key":["job","j","group",0],"value":{"algIndex":0}}\n{"records":1,"sha256":"${createHash('sha256').update('{"key":["job","j","group",0],"value":{"algIndex":0}}\n').digest('hex')}"}\n`,
    /job j are not whole/,
  ],
  [
    'a copy that was changed',
    `{"mlsqlState":1,"clusterId":"c","createdMs":1,"epoch":1}\n{"key":["executor","e"],"value":{}}\n{"records":1,"sha256":"${'0'.repeat(64)}"}\n`,
    /was changed after it was written/,
  ],
])('refuses %s and leaves nothing behind', async (_, text, message) => {
  writeFileSync(join(root, 'copy'), text);
  expect(await tool('import', 'b')).toBe(1);
  expect(said.join('')).toMatch(message);
  expect(existsSync(join(root, 'b'))).toBe(false);
});

// Most of these end the process that reads the file by a signal.
it.each<[string, (bytes: Buffer) => Buffer]>([
  ['whose head is gone', (bytes) => bytes.fill(0, 0, 4096 * 2)],
  ['of which only the first page is there', (bytes) => bytes.subarray(0, 4096)],
  ['of which only the first bytes are there', (bytes) => bytes.subarray(0, 100)],
  ['whose end was cut off', (bytes) => bytes.subarray(0, bytes.length - 3 * 4096)],
  ['with zeros in its middle', (bytes) => bytes.fill(0, 4096 * 2, bytes.length)],
  ['that is empty', () => Buffer.alloc(0)],
])('names a state %s', async (_, damage) => {
  await withJob('a');
  const file = stateFile(join(root, 'a'));
  writeFileSync(file, damage(readFileSync(file)));
  for (const verb of ['check', 'export'] as const) {
    expect(await tool(verb, 'a')).toBe(1);
    expect(said.at(-1)).toMatch(/^error MLSQL_STATE_(UNREADABLE|FOREIGN): /);
  }
  expect(existsSync(join(root, 'copy'))).toBe(false);
});

it('says which of the two files cannot be used', async () => {
  await withJob('a');
  expect(await tool('export', 'a', 'no/such/folder/copy')).toBe(2);
  expect(said.at(-1)).toMatch(/no\/such\/folder\/copy cannot be written: ENOENT/);
  expect(await tool('export', 'a')).toBe(0);
  writeFileSync(join(root, 'file'), '');
  expect(await tool('import', 'file/state')).toBe(2);
  expect(said.at(-1)).toMatch(/the folder .*file\/state cannot be made/);
  expect(await tool('import', 'b', '.')).toBe(2);
  expect(said.at(-1)).toContain('there is no file');
});

it('writes maps and odd numbers so that they come back', () => {
  const value = {
    a: new Map<unknown, unknown>([['k', [1, Number.NEGATIVE_INFINITY]]]),
    b: null,
    c: { $map: 1, d: 2 },
  };
  expect(decodeLine(encodeLine(['x', 1], value))).toEqual({ key: ['x', 1], value });
});
