import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CrashPoints, withCrashPoints } from './crash-points.js';

class Port {
  #calls = 0;
  get calls(): number {
    return this.#calls;
  }
  put(key: string): Promise<string> {
    this.#calls += 1;
    return key === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(key);
  }
  list(): string[] {
    this.#calls += 1;
    return [];
  }
}

let folder: string;
let record: string;
const kill = vi.spyOn(process, 'kill');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-points-'));
  record = join(folder, 'points');
  kill.mockReset().mockReturnValue(true);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  kill.mockReset();
});
afterAll(() => kill.mockRestore());

const points = (at?: string) => CrashPoints.from({ MLSQL_CRASH_POINTS: record, MLSQL_CRASH_AT: at });
const wrapped = (at?: string) =>
  withCrashPoints(points(at), 'port', new Port(), { put: (key) => key, list: true });

it('leaves a port as it is where nobody asks for points', () => {
  const port = new Port();
  expect(CrashPoints.from({})).toBeUndefined();
  expect(CrashPoints.from({ MLSQL_CRASH_AT: 'port.put:before:a' })).toBeUndefined();
  expect(withCrashPoints(undefined, 'port', port, { put: true })).toBe(port);
});

it('notes each point once, before every call and after those that are awaited, failed ones too', async () => {
  const port = wrapped();
  expect(await port.put('a')).toBe('a');
  await port.put('a');
  await expect(port.put('bad')).rejects.toThrow('no');
  port.list();
  expect(port.calls).toBe(4);
  expect(readFileSync(record, 'utf8').trim().split('\n')).toEqual([
    'port.put:before:a',
    'port.put:after:a',
    'port.put:before:bad',
    'port.put:after:bad',
    'port.list:before',
  ]);
  expect(kill).not.toHaveBeenCalled();
});

it('ends the process at the point it was told, at the n-th time', async () => {
  const port = wrapped('port.put:after:a#2');
  await port.put('a');
  await port.put('b');
  expect(kill).not.toHaveBeenCalled();
  await port.put('a');
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL');
});

it('goes on with the names that an earlier process noted', async () => {
  await wrapped().put('a');
  await wrapped().put('a');
  expect(readFileSync(record, 'utf8')).toBe('port.put:before:a\nport.put:after:a\n');
});
