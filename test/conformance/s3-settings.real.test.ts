// What is wrong with a store's settings, and which one to change: told within seconds, by real servers and by things that
// are none.
import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssumeRoleProvider } from 'minio/dist/esm/AssumeRoleProvider.mjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkStore } from '../../shared/object-store/check-store.js';
import { openS3Store } from '../../shared/object-store/s3/open-s3-store.js';
import { MINIO, VERSITYGW, whereIs } from '../servers/go-program.js';
import { freePort, type S3Server, startS3Server } from '../servers/s3-server.js';

/** How the check ends on a store of these settings. */
const check = (env: NodeJS.ProcessEnv, url = 's3://bucket'): Promise<unknown> =>
  checkStore(openS3Store(url, env)).then(
    () => 'well',
    (error: unknown) => error,
  );

const settings = (message: string, hint: string): object => ({
  code: 'MLSQL_STORE_SETTINGS',
  message: expect.stringContaining(message),
  details: { hint: expect.stringContaining(hint) },
});

const KEYS = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe.each([
  ['minio', MINIO],
  ['versitygw', VERSITYGW],
] as const)('%s', (name, program) => {
  describe.skipIf(whereIs(program) === undefined)('says', () => {
    let server: S3Server;
    beforeAll(async () => {
      server = await startS3Server(name);
      server.bucket('bucket');
    }, 600_000);
    afterAll(() => server?.stop());

    it('nothing where all is well', async () => {
      expect(await check(server.env)).toBe('well');
      expect(await check(server.env, 's3://bucket/deep/er')).toBe('well');
    });

    it('that the access key is not known', async () => {
      expect(await check({ ...server.env, AWS_ACCESS_KEY_ID: 'nobody' })).toMatchObject(
        settings('does not know the access key', 'AWS_ACCESS_KEY_ID'),
      );
    });

    it('that the secret is wrong', async () => {
      expect(await check({ ...server.env, AWS_SECRET_ACCESS_KEY: 'wrong-wrong' })).toMatchObject(
        settings('secret key is wrong', 'AWS_SECRET_ACCESS_KEY'),
      );
    });

    it('that there is no such bucket', async () => {
      expect(await check(server.env, 's3://no-such-bucket')).toMatchObject(
        settings('has no bucket no-such-bucket', 'MLSQL_STORE'),
      );
    });
  });
});

describe.skipIf(whereIs(MINIO) === undefined)('minio, with a session that may only read', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server('minio');
    server.bucket('bucket');
  }, 600_000);
  afterAll(() => server?.stop());

  it('is named: no permission to write, and where', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['arn:aws:s3:::*'] },
      ],
    };
    const asked = () =>
      new AssumeRoleProvider({
        stsEndpoint: server.endpoint,
        accessKey: server.env.AWS_ACCESS_KEY_ID!,
        secretKey: server.env.AWS_SECRET_ACCESS_KEY!,
        policy: JSON.stringify(policy),
      }).getCredentials();
    // A server that answers may not know its users yet.
    const session = await vi.waitFor(asked, { timeout: 30_000, interval: 200 });
    const env = {
      ...server.env,
      AWS_ACCESS_KEY_ID: session.getAccessKey(),
      AWS_SECRET_ACCESS_KEY: session.getSecretKey(),
      AWS_SESSION_TOKEN: session.getSessionToken(),
    };
    expect(await check(env)).toMatchObject(
      settings('denies access to "__mlsql__/check/', 'list, read, write and delete'),
    );
    expect(await check({ ...env, AWS_SESSION_TOKEN: 'made-up' })).toMatchObject({
      code: 'MLSQL_STORE_SETTINGS',
    });
  });
});

describe.skipIf(whereIs(MINIO) === undefined)('a server whose certificate is its own', () => {
  let folder: string;
  let server: S3Server;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mlsql-certs-'));
    const certs = join(folder, 'certs');
    mkdirSync(certs);
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
        ...['-keyout', join(certs, 'private.key'), '-out', join(certs, 'public.crt')],
      ],
      { stdio: 'ignore' },
    );
    server = await startS3Server('minio', { certs });
    server.bucket('bucket');
  }, 600_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is not trusted, unless the certificate is given', async () => {
    const { MLSQL_S3_CA: ca, ...without } = server.env;
    expect(readFileSync(ca!, 'utf8')).toContain('CERTIFICATE');
    expect(await check(without)).toMatchObject(settings('is not trusted', 'MLSQL_S3_CA'));
    expect(await check(server.env)).toBe('well');
  });

  it('is not spoken to in plain HTTP', async () => {
    const plain = { ...server.env, MLSQL_S3_ENDPOINT: server.endpoint.replace('https', 'http') };
    expect(await check(plain)).toMatchObject({ code: 'MLSQL_STORE_SETTINGS' });
  });
});

describe('what is no S3 server', () => {
  it('nobody listens', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    expect(await check({ ...KEYS, MLSQL_S3_ENDPOINT: endpoint })).toMatchObject({
      code: 'MLSQL_STORE_UNAVAILABLE',
      message: expect.stringContaining(`${endpoint} cannot be reached`),
      details: { hint: expect.stringContaining('MLSQL_S3_ENDPOINT') },
    });
  });

  it('a host that is not known', async () => {
    const env = { ...KEYS, MLSQL_S3_ENDPOINT: 'http://no-such-host.invalid:9000' };
    expect(await check(env)).toMatchObject({
      details: { hint: expect.stringContaining('MLSQL_S3_ENDPOINT') },
    });
  });

  it('a server that never answers', { timeout: 20_000 }, async () => {
    const silent = createServer();
    const endpoint = await listen(silent);
    const startMs = performance.now();
    expect(await check({ ...KEYS, MLSQL_S3_ENDPOINT: endpoint })).toMatchObject({
      code: 'MLSQL_STORE_UNAVAILABLE',
      message: expect.stringContaining('does not answer within'),
    });
    // Of the product's own deadline, not of the machine's speed.
    expect(performance.now() - startMs).toBeGreaterThan(1_000);
    silent.close();
  });

  it.each([200, 404, 403])('a page of HTML with status %i', async (status) => {
    const page = createHttpServer((_request, response) => {
      response
        .writeHead(status, { 'content-type': 'text/html' })
        .end('<!doctype html><html><body>Welcome</body></html>');
    });
    const endpoint = await listen(page);
    expect(await check({ ...KEYS, MLSQL_S3_ENDPOINT: endpoint })).toMatchObject({
      ...settings('answers as no S3 server does', 'MLSQL_S3_ENDPOINT'),
    });
    page.closeAllConnections();
    page.close();
  });

  it('a server that does not speak HTTP', async () => {
    const other = createServer((socket) => socket.end('220 mail.example ESMTP ready\r\n'));
    const endpoint = await listen(other);
    expect(await check({ ...KEYS, MLSQL_S3_ENDPOINT: endpoint })).toMatchObject(
      settings('does not speak HTTP', 'MLSQL_S3_ENDPOINT'),
    );
    other.close();
  });

  it('a look-alike that accepts every conditional write', async () => {
    const objects = new Map<string, { bytes: Buffer; etag: string }>();
    let writes = 0;
    const alike = createHttpServer((request, response) => {
      const [key = '', query = ''] = request.url!.split('?');
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        if (request.method === 'PUT') {
          const source = request.headers['x-amz-copy-source'];
          const etag = `"${++writes}"`;
          const bytes =
            source === undefined ? Buffer.concat(pieces) : objects.get(`/${String(source)}`)!.bytes;
          objects.set(key, { bytes, etag });
          response.setHeader('etag', etag);
          response.end(
            source === undefined ? '' : `<CopyObjectResult><ETag>${etag}</ETag></CopyObjectResult>`,
          );
        } else if (query.includes('list-type=2')) {
          const prefix = decodeURIComponent(/prefix=([^&]*)/.exec(query)![1]!);
          const keys = [...objects.keys()].map((name) => decodeURIComponent(name.slice('/bucket/'.length)));
          const found = keys.filter((name) => name.startsWith(prefix)).sort();
          const contents = found.map((name) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`);
          response.end(`<ListBucketResult>${contents.join('')}</ListBucketResult>`);
        } else {
          const found = objects.get(key);
          if (found === undefined) response.writeHead(404).end();
          else {
            response.writeHead(200, { etag: found.etag, 'content-length': found.bytes.length });
            response.end(request.method === 'HEAD' ? undefined : found.bytes);
          }
        }
      });
    });
    const endpoint = await listen(alike);
    expect(await check({ ...KEYS, MLSQL_S3_ENDPOINT: endpoint })).toMatchObject({
      code: 'MLSQL_STORE_UNSUITABLE',
      message: expect.stringMatching(/check "conditional create": 16 of 16 writers/),
    });
    alike.closeAllConnections();
    alike.close();
  });
});

describe('settings', () => {
  const opened = (url: string, env: NodeJS.ProcessEnv): unknown => {
    try {
      return openS3Store(url, env);
    } catch (error) {
      return error;
    }
  };

  it.each([
    ['s3://', {}, 'names no bucket'],
    ['s3://Bucket', {}, 'names no bucket'],
    ['s3://bucket//x', {}, 'empty segment'],
    ['s3://bucket/a/../b', {}, '".."'],
    ['s3://bucket', { MLSQL_S3_ENDPOINT: 'minio:9000' }, 'MLSQL_S3_ENDPOINT="minio:9000"'],
    ['s3://bucket', { AWS_ENDPOINT_URL_S3: 'http://h/bucket' }, 'AWS_ENDPOINT_URL_S3="http://h/bucket"'],
    ['s3://bucket', { MLSQL_S3_FORCE_PATH_STYLE: 'maybe' }, 'neither true nor false'],
    ['s3://bucket', { MLSQL_S3_CA: '/no/such/file' }, 'MLSQL_S3_CA cannot be read'],
    ['s3://bucket', { MLSQL_S3_CA: '/etc/hostname' }, 'holds no certificate'],
  ])('%s with %j: %s', (url, env, message) => {
    expect(opened(url, env)).toMatchObject({ message: expect.stringContaining(message) });
  });

  it('names what is missing of the keys', async () => {
    const env = { MLSQL_S3_ENDPOINT: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'only-this' };
    expect(await check(env)).toMatchObject(settings('AWS_SECRET_ACCESS_KEY is not set', 'AWS_PROFILE'));
  });
});

describe.skipIf(whereIs(MINIO) === undefined)('a bucket in the name of its host', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server('minio', { domain: 's3.test' });
    server.bucket('bucket');
  }, 600_000);
  afterAll(async () => {
    vi.restoreAllMocks();
    await server?.stop();
  });

  it('is reached so', async () => {
    const asked = new Set<string>();
    const { lookup } = dns;
    vi.spyOn(dns, 'lookup').mockImplementation(((name: string, ...rest: unknown[]) => {
      asked.add(name);
      return Reflect.apply(lookup, dns, [name.endsWith('.test') ? '127.0.0.1' : name, ...rest]);
    }) as typeof lookup);
    const env = {
      ...server.env,
      MLSQL_S3_ENDPOINT: `http://s3.test:${server.port}`,
      MLSQL_S3_FORCE_PATH_STYLE: 'false',
    };
    expect(await check(env, 's3://bucket/some/prefix')).toBe('well');
    expect([...asked]).toEqual(['bucket.s3.test']);
  });
});

describe.skipIf(whereIs(MINIO) === undefined)('keys in a file', () => {
  let server: S3Server;
  let folder: string;
  beforeAll(async () => {
    server = await startS3Server('minio');
    server.bucket('bucket');
    folder = mkdtempSync(join(tmpdir(), 'mlsql-profile-'));
  }, 600_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are those of the profile, and are read again when the server refuses them', async () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...rest } = server.env;
    const file = join(folder, 'credentials');
    const write = (key: string): void =>
      writeFileSync(file, `[lab]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`);
    write('an-old-key');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_CONFIG_FILE'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_PROFILE', 'lab');
    const store = openS3Store('s3://bucket', rest);
    await expect(checkStore(store)).rejects.toMatchObject(
      settings('does not know the access key', 'AWS_ACCESS_KEY_ID'),
    );
    write(id!);
    await checkStore(store);
    vi.stubEnv('AWS_PROFILE', 'no-such-profile');
    expect(await check(rest)).toMatchObject(settings('there are no credentials', 'AWS_PROFILE'));
  });
});
