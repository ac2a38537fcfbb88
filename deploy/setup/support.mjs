// What the set-up steps share: where things lie, running programs, stamps that say what a step was made from.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** A failure that the user can act on: printed as it is, without a stack. */
export class SetupError extends Error {}

/** One short line about what is going on. */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

/** Says what is done, does it, and says how long it took. */
export async function step(title, work) {
  say(`${title} …`);
  const start = Date.now();
  const result = await work();
  say(`${title}: done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Runs a program to its end and gives its standard output.
 * @throws SetupError with the end of what it printed, where it fails
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let all = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      all += chunk;
    });
    child.stderr.on('data', (chunk) => {
      all += chunk;
    });
    child.on('error', (error) => reject(new SetupError(`${command} cannot be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new SetupError(
            `${command} ${args.join(' ')}\nended with ${signal ?? `exit code ${code}`}:\n${all.trim().split('\n').slice(-40).join('\n')}`,
          ),
        );
    });
  });
}

/** Hash over texts, in order. */
export function hashOf(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}:`).update(text);
  return hash.digest('hex');
}

/** Content of a file, or undefined where there is none. */
export function readOptional(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Writes a stamp whole or not at all: it stands for a finished step. */
export function writeStamp(file, text) {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/**
 * Lets one set-up of a checkout run at a time: the socket is the lock, and the kernel frees it with the process.
 * Where abstract sockets do not exist (not Linux), set-ups are not kept apart.
 */
export async function withSetupLock(work) {
  if (process.platform !== 'linux') return work();
  const name = `\0mlsql-setup-${hashOf(root).slice(0, 32)}`;
  const server = createServer();
  for (let said = false; !(await listens(server, name)); said = true) {
    if (!said) say('another set-up of this checkout is running, waiting for it …');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

function listens(server, name) {
  return new Promise((resolve, reject) => {
    const onError = (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', onError);
    server.listen(name, () => {
      server.off('error', onError);
      resolve(true);
    });
  });
}
