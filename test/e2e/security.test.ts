// Who may do what on a real coordinator: every method of every service and every HTTP route, with every token but the right
// one; TLS and certificates; versions of the protocol; messages that are too large; pages of other sites.
import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceDefinition, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../client/certificates/make-certificates.js';
import { addReflection } from '../../coordinator/api/reflection.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';
import { eventually, ProcessCluster } from '../support/process-cluster.js';

const EXPIRED = 'a-token-of-last-year';
const JOIN = 'a-token-for-executors';
const WRONG: Readonly<Record<string, string | undefined>> = {
  missing: undefined,
  wrong: 'Bearer wrong',
  expired: `Bearer ${EXPIRED}`,
  'of another cluster': 'Bearer q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA',
  empty: 'Bearer ',
  'of another scheme': 'Basic dG9rZW4=',
};
/** What a join token opens. */
const JOINING = ['/mlsql.v1.Executors/Connect', '/mlsql.v1.Executors/ServeFunctions'];
const TRAIN = `import os, mlsql
os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
open(os.path.join(mlsql.internal_system_param["tempModelLocalPath"], "m"), "w").close()`;
const SCRIPT =
  'select 1 as x as t; train t as PythonAlg.`/m/a` where pythonScriptPath="./train.py"; select 2 as y as out;';

/** Paths of all methods that the product's services and reflection have. */
function allMethods(): readonly string[] {
  const definitions: ServiceDefinition[] = Object.values(mlsqlV1()).flatMap((made) =>
    typeof made === 'function' && 'service' in made ? [(made as { service: ServiceDefinition }).service] : [],
  );
  addReflection((definition) => definitions.push(definition));
  return definitions.flatMap((definition) => Object.values(definition).map(({ path }) => path));
}

/** One empty message, and then the end: that is a whole call of any method, whatever it streams. */
function call(client: Client, path: string, metadata: Metadata, message = Buffer.alloc(0)): Promise<status> {
  return new Promise((resolve) => {
    const stream = client.makeBidiStreamRequest(
      path,
      (value: Buffer) => value,
      (value: Buffer) => value,
      metadata,
      { deadline: Date.now() + 5_000 },
    );
    stream.on('data', () => undefined);
    stream.on('error', () => undefined);
    stream.on('status', ({ code }) => resolve(code));
    stream.write(message);
    stream.end();
  });
}

function bearer(header: string | undefined): Metadata {
  const metadata = new Metadata();
  if (header !== undefined) metadata.set('authorization', header);
  return metadata;
}

describe('a coordinator with tokens', () => {
  let cluster: ProcessCluster;
  let client: Client;
  let http: string;
  beforeAll(async () => {
    cluster = await ProcessCluster.make();
    const [tokens, joining] = [join(cluster.root, 'tokens'), join(cluster.root, 'join-tokens')];
    writeFileSync(tokens, `${cluster.token}\n${EXPIRED} expires=2025-12-31T00:00:00Z\n`);
    writeFileSync(joining, `${JOIN}\n`);
    const started = cluster.launch('coordinator', {
      flags: ['--token-file', tokens, '--join-token-file', joining],
    });
    http = (JSON.parse((await started.line) ?? '{}') as { http: string }).http;
    client = new Client(cluster.address, credentials.createInsecure());
    cluster.file('train.py', TRAIN);
  });
  afterAll(async () => {
    client?.close();
    await cluster?.stop();
  });

  const ask = (path: string, options: RequestOptions, body = ''): Promise<{ status: number; text: string }> =>
    answer(httpRequest(`http://${http}${path}`, options), body);

  it('has services to try', () => {
    expect(allMethods().length).toBeGreaterThan(20);
  });

  it.each(Object.entries(WRONG))('refuses every method to a token that is %s', async (_, header) => {
    const answers = await Promise.all(
      allMethods().map(async (path) => [path, status[await call(client, path, bearer(header))]]),
    );
    expect(answers).toEqual(allMethods().map((path) => [path, 'UNAUTHENTICATED']));
  });

  it('opens what executors need to a join token, and nothing else', async () => {
    const answers = await Promise.all(
      allMethods().map(async (path) => [path, await call(client, path, bearer(`Bearer ${JOIN}`))] as const),
    );
    const forbidden = answers.filter(([, code]) => code === status.PERMISSION_DENIED).map(([path]) => path);
    expect(forbidden).toEqual(allMethods().filter((path) => !JOINING.includes(path)));
    expect(answers.some(([, code]) => code === status.UNAUTHENTICATED)).toBe(false);
  });

  it('answers the right token on every method', async () => {
    const answers = await Promise.all(
      allMethods().map(async (path) => await call(client, path, bearer(`Bearer ${cluster.token}`))),
    );
    for (const code of answers)
      expect([status.UNAUTHENTICATED, status.PERMISSION_DENIED]).not.toContain(code);
  });

  it('refuses every route but the health checks, to every wrong token and to pages of other sites', async () => {
    const right = { authorization: `Bearer ${cluster.token}` };
    const { text } = await ask('/no-such-route', { headers: right });
    const routes = [...text.matchAll(/(GET|POST) (\/\S*?)(?=,|"|$)/g)]
      .map(([, method, path]) => ({ method: method!, path: path! }))
      .filter(({ path }) => path !== '/no-such-route');
    expect(routes.length).toBeGreaterThan(4);
    for (const { method, path } of routes) {
      const open = ['/healthz', '/readyz'].includes(path);
      for (const header of [...Object.values(WRONG), `Bearer ${JOIN}`]) {
        const headers = header === undefined ? {} : { authorization: header };
        const found = await ask(path, { method, headers });
        expect([path, header, found.status]).toEqual([
          path,
          header,
          open ? 200 : header === `Bearer ${JOIN}` ? 403 : 401,
        ]);
      }
      if (open) continue;
      const foreign = await ask(path, { method, headers: { ...right, origin: 'https://evil.example' } });
      expect([path, foreign.status, foreign.text]).toEqual([
        path,
        401,
        expect.stringContaining('evil.example'),
      ]);
      const rebound = await ask(path, { method, headers: { ...right, host: 'evil.example' } });
      expect([path, rebound.status]).toEqual([path, 401]);
      expect((await ask(path, { method, headers: right })).status).not.toBe(401);
    }
  });

  it('takes executors with a join token, which can submit nothing', async () => {
    const executor = cluster.executor('joined', 1, [], { MLSQL_JOIN_TOKEN: JOIN });
    const done = await cluster.run(SCRIPT);
    expect(done.error, done.stderr + executor.errors).toBeUndefined();
    await executor.kill();
    const args = ['run', '-e', 'select 1 as a as t;', '--json', '--cluster', cluster.address];
    const submitted = await cluster.mlsql(args, { MLSQL_TOKEN: JOIN });
    expect([submitted.code, submitted.stdout]).toEqual([
      1,
      expect.stringContaining('MLSQL_CLUSTER_FORBIDDEN'),
    ]);
  });

  it('tells a client of another protocol both versions', async () => {
    const metadata = bearer(`Bearer ${cluster.token}`);
    metadata.set('mlsql-protocol', '7-9 9.9.9');
    const { runs } = { runs: new (mlsqlV1().Runs)(cluster.address, credentials.createInsecure()) };
    const error = await new Promise<Error | null>((resolve) =>
      runs.ListRuns({}, metadata, (thrown) => resolve(thrown)),
    );
    expect(error?.message).toMatch(
      /9 FAILED_PRECONDITION: client 9\.9\.9 speaks protocol 7 to 9, coordinator \S+ speaks protocol 1 to \d/,
    );
    metadata.set('mlsql-protocol', 'nonsense');
    expect(await call(client, '/mlsql.v1.Runs/ListRuns', metadata)).toBe(status.FAILED_PRECONDITION);
    runs.close();
  });

  it('refuses a message of a hundred megabytes, and goes on', async () => {
    const large = Buffer.alloc(100 * 1024 * 1024);
    for (const header of [`Bearer ${cluster.token}`, undefined]) {
      const code = await call(client, '/mlsql.v1.Runs/SubmitRun', bearer(header), large);
      expect([status.RESOURCE_EXHAUSTED, status.UNAUTHENTICATED]).toContain(code);
    }
    expect(await call(client, '/mlsql.v1.Runs/ListRuns', bearer(`Bearer ${cluster.token}`))).toBe(status.OK);
  });

  it('takes a new token from its file, and lets the old one go', async () => {
    const file = join(cluster.root, 'tokens');
    writeFileSync(file, `a-new-token\n`);
    await eventually(
      'the new token holds',
      async () => (await call(client, '/mlsql.v1.Runs/ListRuns', bearer('Bearer a-new-token'))) === status.OK,
    );
    expect(await call(client, '/mlsql.v1.Runs/ListRuns', bearer(`Bearer ${cluster.token}`))).toBe(
      status.UNAUTHENTICATED,
    );
  });
});

describe('a coordinator with TLS', () => {
  it('speaks to those who trust it and, with mTLS, show a certificate of its CA', async () => {
    const cluster = await ProcessCluster.make();
    try {
      const folder = join(cluster.root, 'certs');
      const made = await cluster.mlsql(['certs', 'init', '--out', folder, '--json']);
      expect([made.code, made.stderr]).toEqual([0, '']);
      const file = (name: string): string => join(folder, name);
      const other = join(cluster.root, 'other');
      await makeCertificates({ folder: other, hosts: [], days: 1 });
      const started = cluster.launch('coordinator', {
        flags: [
          ...['--tls-cert', file('coordinator.crt'), '--tls-key', file('coordinator.key')],
          ...['--tls-client-ca', file('ca.crt')],
        ],
      });
      const line = await started.line;
      expect(line, started.process.errors).toBeDefined();
      const { http } = JSON.parse(line!) as { http: string };
      const executor = cluster.executor('one', 1, [
        ...[
          '--tls-ca',
          file('ca.crt'),
          '--tls-cert',
          file('executor.crt'),
          '--tls-key',
          file('executor.key'),
        ],
      ]);
      cluster.file('train.py', TRAIN);
      cluster.file('job.mlsql', SCRIPT);
      const run = (env: Readonly<Record<string, string>>) =>
        cluster.mlsql(['run', 'job.mlsql', '--json', '--cluster', cluster.address], env);
      const certificate = { MLSQL_TLS_CERT: file('client.crt'), MLSQL_TLS_KEY: file('client.key') };
      const right = await run({ MLSQL_TLS_CA: file('ca.crt'), ...certificate });
      expect([right.code, right.stderr], executor.errors).toEqual([0, '']);
      expect(right.stdout).toContain('"ok":true');
      for (const [env, code, said] of [
        [{}, 3, 'MLSQL_TLS_CA'],
        [{ MLSQL_TLS_CA: file('ca.crt') }, 3, 'MLSQL_TLS_CERT'],
        [{ MLSQL_TLS_CA: join(other, 'ca.crt'), ...certificate }, 3, 'MLSQL_TLS_CA'],
        [
          {
            MLSQL_TLS_CA: file('ca.crt'),
            MLSQL_TLS_CERT: join(other, 'client.crt'),
            MLSQL_TLS_KEY: join(other, 'client.key'),
          },
          3,
          'MLSQL_TLS_CERT',
        ],
        [{ MLSQL_TLS_CA: file('none') }, 2, 'cannot be read'],
        [{ MLSQL_TLS_CA: file('ca.key') }, 2, 'no certificate'],
        [{ ...certificate, MLSQL_TLS_KEY: file('executor.key') }, 2, 'is no key of'],
      ] as const) {
        const wrong = await run(env as Record<string, string>);
        expect([env, wrong.code, wrong.stdout + wrong.stderr]).toEqual([
          env,
          code,
          expect.stringContaining(said),
        ]);
      }
      const [ca, cert, key] = ['ca.crt', 'client.crt', 'client.key'].map((name) => readFileSync(file(name)));
      const ready = httpsRequest(`https://${http}/readyz`, { ca, cert, key });
      expect((await answer(ready, '')).status).toBe(200);
      await expect(answer(httpsRequest(`https://${http}/readyz`, { ca }), '')).rejects.toThrow();
      await expect(answer(httpRequest(`http://${http}/readyz`), '')).rejects.toThrow();
    } finally {
      await cluster.stop();
    }
  });

  it.each([
    [['--tls-cert', 'coordinator.crt'], 'needs both'],
    [['--tls-cert', 'coordinator.crt', '--tls-key', 'client.key'], 'is no key of'],
    [['--tls-cert', 'none', '--tls-key', 'client.key'], 'cannot be read'],
    [['--tls-cert', 'client.key', '--tls-key', 'client.key'], 'no certificate in PEM'],
  ])('does not start with %s', async (flags, said) => {
    const cluster = await ProcessCluster.make();
    try {
      const folder = join(cluster.root, 'certs');
      await makeCertificates({ folder, hosts: ['a.example'], days: 1 });
      const { process: coordinator, line } = cluster.launch('coordinator', {
        flags: flags.map((flag) => (flag.startsWith('--') ? flag : join(folder, flag))),
      });
      expect(await line).toBeUndefined();
      expect([await coordinator.ended, coordinator.errors]).toEqual([2, expect.stringContaining(said)]);
    } finally {
      await cluster.stop();
    }
  });
});

function answer(
  request: ReturnType<typeof httpRequest>,
  body: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.end(body);
  });
}
