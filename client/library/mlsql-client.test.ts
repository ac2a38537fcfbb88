// The client against a coordinator of this test: real gRPC, so that uploads, errors and broken streams are real too.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MlsqlError } from '../../shared/errors.js';
import type { RunEvent as RunEventMessage } from '../../shared/rpc/gen/mlsql/v1/RunEvent.js';
import { SmallCoordinator, TOKEN } from '../../test/support/small-coordinator.js';
import type { RunEvent } from './events.js';
import { connect, MlsqlClient } from './mlsql-client.js';

let coordinator: SmallCoordinator;
let client: MlsqlClient;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-client-'));
  coordinator = await new SmallCoordinator().start();
  client = await connect({ address: coordinator.address, token: TOKEN });
});
afterEach(() => {
  client.close();
  coordinator.stop();
  rmSync(folder, { recursive: true, force: true });
});

const statement = (seq: number): RunEventMessage => ({
  seq,
  statement: { index: seq - 1, kind: 'select', state: 'done', line: seq },
});
const done = (seq: number): RunEventMessage => ({
  seq,
  done: { ok: true, runId: 'run-1', warnings: 0, state: 'succeeded' },
});
async function collect(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('connect', () => {
  it('names the address where nobody answers', async () => {
    const { address } = coordinator;
    coordinator.stop();
    await expect(connect({ address, token: TOKEN })).rejects.toMatchObject({
      code: 'MLSQL_CLUSTER_UNREACHABLE',
      message: `no coordinator answers at ${address}`,
    });
  });

  it('fails with the right code where the token is wrong', async () => {
    const wrong = connect({ address: coordinator.address, token: 'other' });
    await expect(wrong).rejects.toMatchObject({ code: 'MLSQL_CLUSTER_UNAUTHENTICATED' });
  });
});

describe('submit', () => {
  it('uploads each content once, large ones in chunks, and offers files by their names', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024 + 17, 'x');
    mkdirSync(join(folder, 'p'));
    writeFileSync(join(folder, 'p/large.bin'), large);
    writeFileSync(join(folder, 'p/same.bin'), large);
    writeFileSync(join(folder, 'p/empty'), '');
    writeFileSync(join(folder, 't.csv'), 'a\n1\n');
    const script =
      'load csv.`./t.csv` as t; train t as PythonAlg.`/m` options pythonProjectPath="p" and pythonScriptPath="x.py";';
    expect(
      await client.submit(script, { baseDir: folder, scriptName: 's.mlsql', limit: 5, settings: { a: 'b' } }),
    ).toEqual({
      runId: 'run-1',
      attached: false,
    });
    expect([...coordinator.blobs.values()].map((bytes) => bytes.length).sort()).toEqual([0, 3145745, 4]);
    const [request] = coordinator.submitted;
    expect(request).toMatchObject({ script, scriptName: 's.mlsql', rowLimit: 5, settings: { a: 'b' } });
    expect(
      request!.clientFiles.map(({ name, folder: isFolder, files }) => [
        name,
        isFolder,
        files.map((file) => file.path),
      ]),
    ).toEqual([
      ['./t.csv', false, ['t.csv']],
      ['p', true, ['empty', 'large.bin', 'same.bin']],
    ]);
  });

  it('uploads nothing that the cluster has already', async () => {
    writeFileSync(join(folder, 't.csv'), 'a\n');
    await client.submit('load csv.`./t.csv` as t;', { baseDir: folder });
    const [hash] = [...coordinator.blobs.keys()];
    const kept = Buffer.from('as it was');
    coordinator.blobs.set(hash!, kept);
    await client.submit('load csv.`./t.csv` as t;', { baseDir: folder });
    expect(coordinator.blobs.get(hash!)).toBe(kept);
  });

  it("gives the coordinator's error with all it said", async () => {
    coordinator.refuseSubmit = new MlsqlError('MLSQL_RUN_CONFLICT', 'run x belongs to another script', {
      hint: 'use another --run-id',
      position: { line: 3, column: 7 },
    });
    await expect(client.submit('select 1 as a as t;')).rejects.toMatchObject({
      code: 'MLSQL_RUN_CONFLICT',
      message: 'run x belongs to another script',
      details: { hint: 'use another --run-id', position: { line: 3, column: 7 } },
    });
  });

  it('sends nothing of a script that does not parse', async () => {
    await expect(client.submit('selct 1;')).rejects.toMatchObject({ code: 'MLSQL_SCRIPT_SYNTAX' });
    expect(coordinator.submitted).toEqual([]);
  });
});

describe('follow', () => {
  it('gives every event once, in order, across a stream that breaks and one that ends early', async () => {
    coordinator.onFollow = ({ afterSeq }) => {
      if (afterSeq === 0) return { events: [statement(1), statement(2)], ending: 'break' };
      if (afterSeq === 2) return { events: [statement(2), statement(3)] };
      return { events: [statement(4), done(5)] };
    };
    const events = await collect(client.follow('run-1'));
    expect(events.map((event) => (event.event === 'statement' ? event.line : event.event))).toEqual([
      1,
      2,
      3,
      4,
      'done',
    ]);
    expect(coordinator.follows).toEqual([0, 2, 3]);
  });

  it('goes on when the coordinator restarts in between', async () => {
    coordinator.onFollow = ({ afterSeq }) =>
      afterSeq === 0 ? { events: [statement(1)], ending: 'stay open' } : { events: [done(2)] };
    const seen: string[] = [];
    for await (const event of client.follow('run-1')) {
      seen.push(event.event);
      if (event.event === 'statement') await coordinator.restart();
    }
    expect(seen).toEqual(['statement', 'done']);
  });

  it('goes on where the coordinator is now, when it is started again elsewhere', async () => {
    const moved = await new SmallCoordinator().start();
    const following = new MlsqlClient({
      address: coordinator.address,
      token: TOKEN,
      locate: () => moved.address,
    });
    coordinator.onFollow = () => ({ events: [statement(1)], ending: 'break' });
    moved.onFollow = () => ({ events: [done(2)] });
    expect((await collect(following.follow('run-1'))).map(({ event }) => event)).toEqual([
      'statement',
      'done',
    ]);
    expect(moved.follows).toEqual([1]);
    following.close();
    moved.stop();
  });

  it('gives up with the reason when the coordinator stays away', async () => {
    coordinator.onFollow = () => ({ events: [], ending: 'break' });
    const reasons: string[] = [];
    const follow = client.follow('run-1', {
      awayMaxMs: 150,
      onReconnect: (error) => reasons.push(error.code),
    });
    await expect(collect(follow)).rejects.toMatchObject({ code: 'MLSQL_CLUSTER_UNREACHABLE' });
    expect(reasons.length).toBeGreaterThan(0);
  });

  it('ends without an error when it is no longer wanted', async () => {
    const stop = new AbortController();
    coordinator.onFollow = () => ({ events: [statement(1)] });
    const seen: RunEvent[] = [];
    for await (const event of client.follow('run-1', { signal: stop.signal })) {
      seen.push(event);
      stop.abort();
    }
    expect(seen).toHaveLength(1);
  });

  it('says so where a store path that is missing lies on this machine', async () => {
    const path = join(folder, 't.csv');
    writeFileSync(path, 'a\n');
    const error = { code: 'MLSQL_STORE_NOT_FOUND', message: `${path} is not in the store`, path };
    coordinator.onFollow = () => ({ events: [{ seq: 1, error }, done(2)] });
    const [event] = await collect(client.follow('run-1'));
    expect(event).toMatchObject({
      message: `${path} is not in the store, but it lies on this machine's disk`,
      hint: expect.stringContaining(`file://${path}`),
    });
  });
});

describe('fs', () => {
  it('puts and gets files and folders, byte for byte', async () => {
    mkdirSync(join(folder, 'in/deep'), { recursive: true });
    writeFileSync(join(folder, 'in/a.bin'), Buffer.alloc(2_500_000, 7));
    writeFileSync(join(folder, 'in/deep/空.txt'), '');
    expect((await client.fs.put(join(folder, 'in'), '/x')).sort()).toEqual(['/x/a.bin', '/x/deep/空.txt']);
    await client.fs.get('/x', join(folder, 'out'));
    expect(readFileSync(join(folder, 'out/a.bin')).equals(readFileSync(join(folder, 'in/a.bin')))).toBe(true);
    expect(readFileSync(join(folder, 'out/deep/空.txt'), 'utf8')).toBe('');
  });

  it('puts into a folder where the target ends with a slash, and gets into one that exists', async () => {
    writeFileSync(join(folder, 'a.txt'), 'a');
    expect(await client.fs.put(join(folder, 'a.txt'), '/x/')).toEqual(['/x/a.txt']);
    mkdirSync(join(folder, 'into'));
    expect(await client.fs.get('/x/a.txt', join(folder, 'into'))).toEqual([join(folder, 'into/a.txt')]);
  });

  it('leaves no half file behind, and nothing else, where there is nothing to get', async () => {
    await expect(client.fs.get('/none', join(folder, 'none'))).rejects.toMatchObject({
      code: 'MLSQL_STORE_NOT_FOUND',
    });
    expect(() => readFileSync(join(folder, 'none'))).toThrow();
  });

  it('names a local file that is not there', async () => {
    await expect(client.fs.put(join(folder, 'none'), '/x')).rejects.toMatchObject({
      code: 'MLSQL_USAGE_INVALID',
    });
  });
});
