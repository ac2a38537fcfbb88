// Any gRPC client can run a whole train: plain @grpc/grpc-js, the .proto files, the token; nothing of our own client.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROTO_ROOT } from '../../shared/paths.js';
import { EmbeddedCluster } from '../support/embedded-cluster.js';

// biome-ignore lint/suspicious/noExplicitAny: a client made from the .proto alone has no types.
type AnyClient = Client & Record<string, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
type AnyMessage = Record<string, any>;

const SCRIPT = `set rows='''{"x":1}
{"x":2}
{"x":3}''';
load jsonStr.\`rows\` as data;
train data as PythonAlg.\`/grpc/model\` where pythonScriptPath="./train.py" and keepVersion="true" and \`fitParam.0.a\`="1" and \`fitParam.1.a\`="2" as t;`;
const TRAIN =
  'import os, mlsql\np = mlsql.internal_system_param["tempModelLocalPath"]\nos.makedirs(p)\nopen(p + "/m", "w").write("m")\nprint("mlsql_validation_score:" + mlsql.fit_param["a"])\n';

/** A service's client by its full name, as grpc-js makes it of definitions that it has just read. */
function constructorOf(definition: PackageDefinition, name: string): ServiceClientConstructor {
  const found = name
    .split('.')
    .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], loadPackageDefinition(definition));
  return found as ServiceClientConstructor;
}

describe('a plain gRPC client', () => {
  let cluster: EmbeddedCluster;
  let address: string;
  const clients: Client[] = [];

  beforeAll(async () => {
    cluster = await EmbeddedCluster.start();
    address = (JSON.parse(readFileSync(join(cluster.home, 'cluster.json'), 'utf8')) as { address: string })
      .address;
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await cluster?.stop();
  });

  const client = (service: string): AnyClient => {
    const definition = loadSync(
      ['runs', 'jobs', 'files', 'functions', 'executors'].map((name) => `mlsql/v1/${name}.proto`),
      { includeDirs: [PROTO_ROOT], longs: Number, defaults: true, oneofs: true },
    );
    const Constructor = constructorOf(definition, `mlsql.v1.${service}`);
    const made = new Constructor(address, credentials.createInsecure()) as unknown as AnyClient;
    clients.push(made);
    return made;
  };
  const metadata = (): Metadata => {
    const value = new Metadata();
    value.set('authorization', `Bearer ${cluster.token}`);
    return value;
  };
  const call = (target: AnyClient, method: string, request: AnyMessage): Promise<AnyMessage> =>
    new Promise((resolve, reject) =>
      target[method](request, metadata(), (error: ServiceError | null, response: AnyMessage) =>
        error === null ? resolve(response) : reject(error),
      ),
    );

  it('uploads, submits, follows and finds the model', async () => {
    const files = client('Files');
    const content = Buffer.from(TRAIN);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect((await call(files, 'FindMissingBlobs', { sha256: [sha256] })).missing).toEqual([sha256]);
    await new Promise<void>((resolve, reject) => {
      const upload = files.UploadBlob(metadata(), (error: ServiceError | null) =>
        error === null ? resolve() : reject(error),
      );
      upload.write({ sha256, size: content.length, data: content });
      upload.end();
    });
    const runs = client('Runs');
    const { runId } = await call(runs, 'SubmitRun', {
      script: SCRIPT,
      clientFiles: [
        { name: './train.py', folder: false, files: [{ path: 'train.py', sha256, size: content.length }] },
      ],
    });
    const events: AnyMessage[] = [];
    for await (const event of runs.FollowRun({ runId }, metadata()) as AsyncIterable<AnyMessage>)
      events.push(event);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)!.done).toMatchObject({ ok: true, runId });
    const table = events.find((event) => event.table != null)!.table;
    expect(table.rowsJson.map((row: string) => (JSON.parse(row) as AnyMessage).score)).toEqual([1, 2]);
    const model = await call(client('Functions'), 'GetModel', { path: '/grpc/model' });
    expect(model.groups.map((group: AnyMessage) => group.status)).toEqual(['success', 'success']);
  });

  it('is refused without the token or with a wrong one, on every method of every service', async () => {
    for (const service of ['Runs', 'Jobs', 'Files', 'Functions', 'Executors']) {
      const target = client(service);
      const methods = Object.values(
        (
          target.constructor as unknown as {
            service: Record<
              string,
              { originalName: string; requestStream: boolean; responseStream: boolean }
            >;
          }
        ).service,
      );
      expect(methods.length).toBeGreaterThan(0);
      for (const method of methods) {
        for (const token of [undefined, 'wrong']) {
          const wrong = new Metadata();
          if (token !== undefined) wrong.set('authorization', `Bearer ${token}`);
          const code = await new Promise<number>((resolve) => {
            const callback = (error: ServiceError | null): void => resolve(error?.code ?? 0);
            const made = method.requestStream
              ? method.responseStream
                ? target[method.originalName](wrong)
                : target[method.originalName](wrong, callback)
              : method.responseStream
                ? target[method.originalName]({}, wrong)
                : target[method.originalName]({}, wrong, callback);
            if (method.responseStream) {
              made.on('error', (error: ServiceError) => resolve(error.code));
              made.on('data', () => resolve(0));
              made.on('end', () => resolve(0));
            } else if (method.requestStream) made.on('error', () => undefined);
          });
          expect([service, method.originalName, code]).toEqual([service, method.originalName, 16]);
        }
      }
    }
  });

  it('finds health without a token, and reflection with it', async () => {
    const health = loadSync(
      join(PROTO_ROOT, '../node_modules/grpc-health-check/proto/health/v1/health.proto'),
    );
    const HealthClient = constructorOf(health, 'grpc.health.v1.Health');
    const checker = new HealthClient(address, credentials.createInsecure()) as unknown as AnyClient;
    clients.push(checker);
    const answer = await new Promise<AnyMessage>((resolve, reject) =>
      checker.check({ service: '' }, (error: ServiceError | null, response: AnyMessage) =>
        error === null ? resolve(response) : reject(error),
      ),
    );
    expect(answer.status).toBe(1);
  });
});
