// The home of an embedded cluster: where it is, what lies in it, its token.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import { makeFolder } from '../../shared/make-folder.js';

const FOLDER = '.mlsql';

/** Paths inside a home. */
export interface Home {
  readonly dir: string;
  readonly storeDir: string;
  readonly stateDir: string;
  readonly logsDir: string;
  readonly tokenFile: string;
  readonly clusterFile: string;
  readonly historyFile: string;
}

/**
 * Where the home is: the flag, else MLSQL_HOME, else the nearest .mlsql folder upwards, else ./.mlsql, which need not
 * exist yet.
 */
export function findHome(flag: string | undefined, env: NodeJS.ProcessEnv, cwd: string): Home {
  const named = flag ?? (env.MLSQL_HOME || undefined);
  return homeAt(named !== undefined ? resolve(cwd, named) : (nearestAbove(cwd) ?? join(cwd, FOLDER)));
}

export function homeAt(dir: string): Home {
  return {
    dir,
    storeDir: join(dir, 'store'),
    stateDir: join(dir, 'state'),
    logsDir: join(dir, 'logs'),
    tokenFile: join(dir, 'token'),
    clusterFile: join(dir, 'cluster.json'),
    historyFile: join(dir, 'history'),
  };
}

/** True where a cluster has been at home here before. */
export function homeExists(home: Home): boolean {
  return existsSync(home.tokenFile);
}

/**
 * Makes the home's folders and its token where they are missing.
 * @returns the home by its real path, and its token
 * @throws MlsqlError MLSQL_CLUSTER_SETUP where the folder cannot be made or written
 */
export function openHome(home: Home): { home: Home; token: string } {
  try {
    makeFolder(home.dir, 0o700);
    const real = homeAt(realpathSync(home.dir));
    for (const dir of [real.storeDir, real.stateDir, real.logsDir]) makeFolder(dir, 0o700);
    return { home: real, token: readToken(real) ?? createToken(real) };
  } catch (error) {
    if (error instanceof MlsqlError) throw error;
    throw new MlsqlError(
      'MLSQL_CLUSTER_SETUP',
      `the home ${home.dir} cannot be used: ${(error as Error).message}`,
      {
        hint: 'name another folder with --home or MLSQL_HOME',
        cause: error,
      },
    );
  }
}

/** The home's token, or undefined where there is none yet. */
export function readToken(home: Home): string | undefined {
  let text: string;
  try {
    text = readFileSync(home.tokenFile, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (text === '')
    throw new MlsqlError('MLSQL_CLUSTER_SETUP', `the token file ${home.tokenFile} is empty`, {
      hint: 'remove it, a new one is made',
    });
  // Whoever can read the token can run anything as its owner.
  if ((statSync(home.tokenFile).mode & 0o077) !== 0) chmodSync(home.tokenFile, 0o600);
  return text;
}

/** Two that start at once agree on one token: the link exists once, with its content complete. */
function createToken(home: Home): string {
  const partial = `${home.tokenFile}.${process.pid}`;
  writeFileSync(partial, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    linkSync(partial, home.tokenFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(partial);
  }
  return readToken(home)!;
}

function nearestAbove(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, FOLDER))) return join(folder, FOLDER);
    if (folder === dirname(folder)) return undefined;
  }
}
