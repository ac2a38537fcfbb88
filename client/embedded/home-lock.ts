// One cluster a home. The lock is a listening socket whose name is made from the home's real path: the kernel lets one
// process listen, and frees the name with the process, however it ends. Nothing can go stale. Who connects is told when
// the cluster is ready, or that it is gone.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface HomeLock {
  /** Tells those who wait, and those who come later, that the cluster is ready. */
  announceReady(): void;
  release(): void;
}

/**
 * Takes the lock of a home.
 * @param realDir - the home's real path: two names of one folder are one home
 * @returns undefined where another process holds it
 */
export async function acquireHomeLock(realDir: string): Promise<HomeLock | undefined> {
  const name = socketName(realDir);
  let server = await listen(name);
  if (server === undefined && !isAbstract(name) && (await awaitCluster(realDir, 0)) === 'none') {
    // A socket file outlives its process where the system has no abstract names.
    rmSync(name, { force: true });
    server = await listen(name);
  }
  if (server === undefined) return undefined;
  const holder = server;
  const waiting = new Set<Socket>();
  let ready = false;
  holder.on('connection', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.unref();
    if (ready) {
      socket.end('ready\n');
      return;
    }
    waiting.add(socket);
    socket.on('close', () => waiting.delete(socket));
  });
  holder.unref();
  return {
    announceReady: () => {
      ready = true;
      for (const socket of waiting) socket.end('ready\n');
    },
    release: () => {
      for (const socket of waiting) socket.destroy();
      holder.close();
    },
  };
}

/**
 * Looks for the process that holds a home, and waits until its cluster is ready.
 * @returns `ready`; `none` where nobody holds the home (any more); `starting` where it is not ready in time
 */
export function awaitCluster(realDir: string, timeoutMs: number): Promise<'ready' | 'none' | 'starting'> {
  return new Promise((resolve) => {
    const socket = connect(socketName(realDir));
    let connected = false;
    const timer = setTimeout(
      () => {
        resolve(connected ? 'starting' : 'none');
        socket.destroy();
      },
      Math.max(timeoutMs, 1_000),
    );
    const settle = (result: 'ready' | 'none' | 'starting'): void => {
      clearTimeout(timer);
      resolve(result);
      socket.destroy();
    };
    socket.on('connect', () => {
      connected = true;
      if (timeoutMs === 0) settle('starting');
    });
    socket.on('data', () => settle('ready'));
    socket.on('error', () => settle('none'));
    socket.on('close', () => settle('none'));
  });
}

/** The lock's socket. Abstract on Linux (a name without a file); elsewhere a file in the temporary folder. */
export function socketName(realDir: string): string {
  const id = createHash('sha256').update(realDir).digest('hex').slice(0, 32);
  return process.platform === 'linux'
    ? `\0mlsql-home-${id}`
    : join(tmpdir(), `mlsql-${userInfo().uid}-${id}.sock`);
}

function isAbstract(name: string): boolean {
  return name.startsWith('\0');
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(server));
  });
}
