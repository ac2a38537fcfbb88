import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readScriptFiles } from './script-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-client-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string, mode = 0o644): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text, { mode });
};
const train = (options: string): string => `train t as PythonAlg.\`/m\` options ${options};`;
const read = (script: string): ReturnType<typeof readScriptFiles> =>
  readScriptFiles(script, { baseDir: folder });

it('reads a single file under its base name, with hash, size and mode', async () => {
  write('project/train.py', 'print(1)\n', 0o755);
  write('project/secret.txt', 'not named');
  const trees = await read(train('pythonScriptPath="./project/train.py"'));
  expect(trees).toEqual([
    {
      name: './project/train.py',
      folder: false,
      files: [
        {
          localPath: join(folder, 'project/train.py'),
          path: 'train.py',
          sizeBytes: 9,
          sha256: createHash('sha256').update('print(1)\n').digest('hex'),
          executable: true,
        },
      ],
    },
  ]);
});

it('walks a folder in order, by relative paths, whatever the names', async () => {
  write('p/b.py', 'b');
  write('p/a/数据.csv', 'a');
  write('p/a/.hidden', 'h');
  const [tree] = await read(train('pythonProjectPath="p" and pythonScriptPath="b.py"'));
  expect(tree).toMatchObject({ name: 'p', folder: true });
  expect(tree!.files.map((file) => file.path)).toEqual(['a/.hidden', 'a/数据.csv', 'b.py']);
});

it('never ships a cluster home that lies in the folder: it holds the token', async () => {
  write('train.py', 'x');
  write('.mlsql/token', 'secret');
  const [tree] = await read(train('pythonProjectPath="." and pythonScriptPath="train.py"'));
  expect(tree!.files.map((file) => file.path)).toEqual(['train.py']);
});

it('takes file:/// names literally', async () => {
  write('a%20b#c?.csv', 'x');
  const [tree] = await read(`load csv.\`file://${folder}/a%20b#c?.csv\` as t;`);
  expect(tree!.files[0]!.path).toBe('a%20b#c?.csv');
});

it('follows links that stay inside the folder, and refuses those that leave it', async () => {
  write('p/real.txt', 'x');
  write('outside.txt', 'secret');
  symlinkSync('real.txt', join(folder, 'p/link.txt'));
  const [tree] = await read(train('pythonProjectPath="p" and pythonScriptPath="real.txt"'));
  expect(tree!.files.map((file) => file.path)).toEqual(['link.txt', 'real.txt']);
  symlinkSync('../outside.txt', join(folder, 'p/leaves.txt'));
  await expect(read(train('pythonProjectPath="p" and pythonScriptPath="real.txt"'))).rejects.toMatchObject({
    code: 'MLSQL_STORE_PATH_INVALID',
    message: expect.stringContaining('leaves.txt is a link that leaves the folder'),
  });
});

it('refuses a link that leads around in a circle', async () => {
  write('p/a/x.txt', 'x');
  symlinkSync('..', join(folder, 'p/a/up'));
  await expect(read(train('pythonProjectPath="p" and pythonScriptPath="a/x.txt"'))).rejects.toMatchObject({
    code: 'MLSQL_STORE_PATH_INVALID',
    message: expect.stringContaining('contains it'),
  });
});

it('names a missing file, where it was looked for, and where the script names it', async () => {
  await expect(read('\n  load csv.`./none.csv` as t;')).rejects.toMatchObject({
    code: 'MLSQL_SCRIPT_FILE_MISSING',
    message: `"./none.csv" is not on this machine: there is no ${join(folder, 'none.csv')}`,
    details: { position: { line: 2 } },
  });
});

it('fills in variables: the settings of the command win, and earlier statements of a session count', async () => {
  write('b.csv', 'b');
  const options = { baseDir: folder, settings: { name: 'b' } };
  expect((await readScriptFiles('set name="a"; load csv.`./${name}.csv` as t;', options))[0]!.name).toBe(
    './b.csv',
  );
  const session = { baseDir: folder, sessionScript: 'set name="b"; load csv.`./gone.csv` as u;' };
  expect((await readScriptFiles('load csv.`./${name}.csv` as t;', session)).map((tree) => tree.name)).toEqual(
    ['./b.csv'],
  );
});

it('reads nothing for paths of the store and for what only the run can know', async () => {
  expect(await read('load csv.`/etc/hostname` as t; load json.`./${later}.json` as u;')).toEqual([]);
});
