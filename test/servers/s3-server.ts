// Real S3 servers for tests: started on a free port with a folder of their own, ended with the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openS3Store } from '../../shared/object-store/s3/open-s3-store.js';
import { built, MINIO, VERSITYGW } from './go-program.js';

export type S3ServerName = 'minio' | 'versitygw';

export interface S3Server {
  readonly endpoint: string;
  readonly port: number;
  readonly folder: string;
  readonly child: ChildProcess;
  /** What a store of it needs in its environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Makes a bucket. */
  bucket(name: string): void;
  stop(): Promise<void>;
}

const KEYS = { user: 'tester', secret: 'a-secret-of-the-tests' };

/**
 * Starts the server, and waits until it answers.
 * @param port - default: a free one
 * @param domain - MinIO's: buckets are known by the names of their hosts below it, too
 * @param certs - MinIO's folder with `private.key` and `public.crt`: it speaks TLS
 */
export async function startS3Server(
  name: S3ServerName,
  {
    port = 0,
    folder,
    certs,
    domain,
    args = [],
  }: { port?: number; folder?: string; certs?: string; domain?: string; args?: readonly string[] } = {},
): Promise<S3Server> {
  const home = folder ?? mkdtempSync(join(tmpdir(), `mlsql-${name}-`));
  const data = join(home, 'data');
  for (const path of [data, join(home, 'sidecar')]) mkdirSync(path, { recursive: true });
  const at = port === 0 ? await freePort() : port;
  const address = `127.0.0.1:${at}`;
  const program = await built(name === 'minio' ? MINIO : VERSITYGW);
  const [command, variables] =
    name === 'minio'
      ? [
          [
            'server',
            '--quiet',
            '--address',
            address,
            ...(certs === undefined ? [] : ['--certs-dir', certs]),
            ...args,
            data,
          ],
          {
            MINIO_ROOT_USER: KEYS.user,
            MINIO_ROOT_PASSWORD: KEYS.secret,
            MINIO_BROWSER: 'off',
            MINIO_UPDATE: 'off',
            ...(domain !== undefined && { MINIO_DOMAIN: domain }),
          },
        ]
      : [
          ['--port', address, ...args, 'posix', '--sidecar', join(home, 'sidecar'), data],
          { ROOT_ACCESS_KEY_ID: KEYS.user, ROOT_SECRET_ACCESS_KEY: KEYS.secret },
        ];
  const child = spawn(program, command, {
    env: { PATH: process.env.PATH, HOME: home, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (text) => {
    said = `${said}${text}`.slice(-4_000);
  });
  const endpoint = `${certs === undefined ? 'http' : 'https'}://${address}`;
  const env = {
    MLSQL_S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: KEYS.user,
    AWS_SECRET_ACCESS_KEY: KEYS.secret,
    ...(certs !== undefined && { MLSQL_S3_CA: join(certs, 'public.crt') }),
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    if (folder === undefined) rmSync(home, { recursive: true, force: true });
  };
  const server: S3Server = {
    endpoint,
    port: at,
    folder: home,
    child,
    env,
    // A folder of either server is a bucket.
    bucket: (bucket) => mkdirSync(join(data, bucket), { recursive: true }),
    stop,
  };
  try {
    server.bucket('ready');
    const store = openS3Store('s3://ready', env);
    for (const end = Date.now() + 60_000; ; await sleep(50)) {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
      const ready = await store.head('nothing').then(
        () => true,
        () => false,
      );
      if (ready) return server;
      if (Date.now() > end) throw new Error(`${name} does not answer: ${said}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, 'close');
  return port;
}
