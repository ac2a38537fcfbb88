// Programs that a try-out runs: to their end, or ended where it is interrupted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Those that have not ended yet. */
const running = new Set();

/**
 * Runs a program to its end.
 * @returns its standard output
 * @throws Error with the end of what it printed, where it fails
 */
export async function run(command, args, env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await ended(child);
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')}\nended with ${code}:\n${`${out}${err}`.slice(-4000)}`);
  return out;
}

/** Resolves with exit code and signal. */
export async function ended(child) {
  running.add(child);
  try {
    return await once(child, 'close');
  } finally {
    running.delete(child);
  }
}

/** Resolves when all that run have been told to end, and have. */
export async function endAll() {
  const closed = [...running].map((child) => once(child, 'close'));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(closed);
}

/** Ports of loopback that are free now. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
