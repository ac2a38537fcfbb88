// Brings node_modules to what package-lock.json says.
import { join } from 'node:path';
import { readOptional, root, run, SetupError, step } from './support.mjs';

/** Oldest major version of Node.js that works. */
export const NODE_MAJOR_MIN = 20;

/** @throws SetupError where this Node.js is too old */
export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) < NODE_MAJOR_MIN) {
    throw new SetupError(
      `Node.js ${version} is too old: version ${NODE_MAJOR_MIN} or newer is needed (https://nodejs.org)`,
    );
  }
}

/** Installs the packages where they are missing or differ from package-lock.json. */
export async function ensureNodePackages() {
  const wanted = readOptional(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new SetupError('package-lock.json is missing: is this a whole checkout?');
  // npm writes this list as its last step, so a half-made node_modules has none.
  const installed = readOptional(join(root, 'node_modules/.package-lock.json'));
  if (installed !== undefined && satisfies(JSON.parse(installed), JSON.parse(wanted))) return;
  await step('node packages (npm ci)', () => {
    const npm = process.env.npm_execpath;
    const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
    return run(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
  });
}

/**
 * True where everything that the lock file wants is installed in the same version. Optional packages may be absent:
 * those of other platforms always are.
 */
export function satisfies(installed, wanted) {
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed.packages[path];
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return present.version === entry.version;
  });
}
