// Compiles the TypeScript sources to dist and makes the mlsql command executable. `npm run build` runs it as a program.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf, readOptional, root, run, SetupError, step, writeStamp } from './support.mjs';

const SOURCES = ['shared', 'coordinator', 'executor', 'client', 'examples', 'bench', 'test'];
const DIST = join(root, 'dist');
const STAMP = join(DIST, '.mlsql-stamp');
const PROTO_STAMP = join(root, 'node_modules/.cache/mlsql-proto-stamp');
const COMMAND = join(DIST, 'client/cli/main.js');
const LINK = join(root, 'node_modules/.bin/mlsql');
const LINK_TARGET = '../../dist/client/cli/main.js';

/** Builds what changed since the last build. */
export async function ensureBuild({ force = false } = {}) {
  await ensureRpcTypes();
  const stamp = fingerprint(
    [
      ...SOURCES.map((folder) => join(root, folder)),
      join(root, 'tsconfig.json'),
      join(root, 'deploy/setup/tsconfig.build.json'),
      join(root, 'deploy/setup/bundle.mjs'),
      join(root, 'node_modules/.package-lock.json'),
    ],
    /\.(ts|json|mjs)$/,
  );
  if (force || readOptional(STAMP) !== stamp || !existsSync(COMMAND)) {
    await step('building (tsc)', async () => {
      rmSync(STAMP, { force: true });
      const failure = await run(process.execPath, [
        join(root, 'node_modules/typescript/bin/tsc'),
        '-p',
        'deploy/setup/tsconfig.build.json',
      ]).then(
        () => undefined,
        (error) => error,
      );
      removeOrphans(DIST, root);
      if (failure === undefined) await (await import('./bundle.mjs')).bundlePrograms(DIST);
      linkCommand();
      if (failure !== undefined) throw failure;
      writeStamp(STAMP, stamp);
    });
  }
  linkCommand();
}

/** Generates shared/rpc/gen where a .proto file changed since this checkout last looked. */
async function ensureRpcTypes() {
  const stamp = hashOf(...listFiles(join(root, 'proto')).map((file) => readOptional(file) ?? ''));
  const known = readOptional(PROTO_STAMP);
  if (known === stamp) return;
  // A fresh clone has the generated types of its commit already; a test of the project checks that they are fresh.
  if (known !== undefined)
    await step('types of the protocol', () =>
      run(process.execPath, [join(root, 'deploy/setup/generate-rpc-types.mjs')]),
    );
  mkdirSync(join(PROTO_STAMP, '..'), { recursive: true });
  writeStamp(PROTO_STAMP, stamp);
}

/** Makes the command executable, and `npx mlsql` find it in this checkout. */
function linkCommand() {
  if (!existsSync(COMMAND)) return;
  chmodSync(COMMAND, 0o755);
  mkdirSync(join(LINK, '..'), { recursive: true });
  const existing = lstatSync(LINK, { throwIfNoEntry: false });
  if (existing?.isSymbolicLink() && readlinkSync(LINK) === LINK_TARGET) return;
  if (existing !== undefined) rmSync(LINK);
  symlinkSync(LINK_TARGET, LINK);
}

/** Names, sizes and times of all files below, as one hash. */
function fingerprint(paths, pattern) {
  const lines = [];
  for (const path of paths) {
    for (const file of listFiles(path)) {
      if (!pattern.test(file)) continue;
      const { size, mtimeMs } = statSync(file);
      lines.push(`${file} ${size} ${mtimeMs}`);
    }
  }
  return hashOf(...lines);
}

function listFiles(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return [];
  if (info.isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Removes compiled files whose source is gone, so that nothing old is ever run. */
function removeOrphans(dist, sources) {
  for (const file of listFiles(dist)) {
    const source = join(sources, file.slice(dist.length)).replace(/\.js(\.map)?$/, '.ts');
    if (/\.js(\.map)?$/.test(basename(file)) && !existsSync(source)) rmSync(file);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await ensureBuild({ force: true });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
