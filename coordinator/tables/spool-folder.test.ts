// The engine's part of the spool folder: only its own kind is removed, and only what nobody uses.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeSpoolFolder, removeSpoolFolder } from './spool-folder.js';

const spool = mkdtempSync(join(tmpdir(), 'mlsql-spool-'));

afterAll(() => rmSync(spool, { recursive: true, force: true }));

test('removes what gone processes left, and nothing else', async () => {
  const gone = spawnSync(process.execPath, ['--version']).pid;
  const suffix = '0123456789abcdef';
  const leftovers = [`sql-${gone}-${suffix}`, `sql-${process.pid}-${suffix}`];
  const others = [`sql-${process.ppid}-${suffix}`, 'sql-notes', 'models'];
  for (const name of [...leftovers, ...others]) mkdirSync(join(spool, name));
  writeFileSync(join(spool, leftovers[0]!, 'part'), 'x');
  const first = await makeSpoolFolder(spool);
  const second = await makeSpoolFolder(spool);
  for (const name of leftovers) expect(existsSync(join(spool, name))).toBe(false);
  for (const path of [first, second]) expect(readdirSync(path)).toEqual([]);
  await removeSpoolFolder(first);
  expect(existsSync(second)).toBe(true);
  await removeSpoolFolder(second);
  expect(readdirSync(spool).sort()).toEqual([...others].sort());
});
