// Programs of the tests that are built from Go modules: once, outside the work tree, at a pinned version.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface GoProgram {
  readonly name: string;
  readonly module: string;
  /** The main package, where it is not the module's root. */
  readonly package?: string;
  readonly version: string;
  /** Environment variable that names a binary to be used instead. */
  readonly variable: string;
}

export const MINIO: GoProgram = {
  name: 'minio',
  module: 'github.com/minio/minio',
  version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
  variable: 'MINIO_BIN',
};

export const VERSITYGW: GoProgram = {
  name: 'versitygw',
  module: 'github.com/versity/versitygw',
  package: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
  variable: 'VERSITYGW_BIN',
};

/** For the benchmarks. */
export const S5CMD: GoProgram = {
  name: 's5cmd',
  module: 'github.com/peak/s5cmd/v2',
  version: 'v2.2.2',
  variable: 'S5CMD_BIN',
};

/** Where built and downloaded servers are kept. */
export const SERVERS_FOLDER = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'mlsql-cluster/servers',
);

/** The program's file where it is there, or can be built; undefined where there is no Go. */
export function whereIs(program: GoProgram): string | undefined {
  const given = process.env[program.variable];
  if (given) return given;
  return hasGo() || existsSync(fileOf(program)) ? fileOf(program) : undefined;
}

const fileOf = ({ name, version }: GoProgram): string => join(SERVERS_FOLDER, `${name}-${version}`, name);

const hasGo = (): boolean => spawnSync('go', ['version']).status === 0;

/**
 * Builds the program unless it is there.
 * @returns its file
 * @throws Error with what Go said
 */
export async function built(program: GoProgram): Promise<string> {
  const file = whereIs(program);
  if (file === undefined) throw new Error(`${program.name} cannot be built: there is no go command`);
  if (existsSync(file)) return file;
  console.log(`building ${program.module}@${program.version}, some minutes, once …`);
  mkdirSync(SERVERS_FOLDER, { recursive: true });
  const folder = mkdtempSync(join(SERVERS_FOLDER, '.building-'));
  try {
    // A module of its own, rather than go install: that asks for a list of all versions, which not every proxy has.
    writeFileSync(
      join(folder, 'go.mod'),
      `module servers\n\ngo 1.21\n\nrequire ${program.module} ${program.version}\n`,
    );
    await promisify(execFile)(
      'go',
      ['build', '-mod=mod', '-trimpath', '-o', program.name, program.package ?? program.module],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
    );
    try {
      renameSync(folder, join(SERVERS_FOLDER, `${program.name}-${program.version}`));
    } catch (error) {
      // Another run was first.
      if (!existsSync(file)) throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return file;
}
