// S3 is away for up to half a minute, at the worst moments of a train: it goes on as if nothing had been.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CuttingProxy } from '../servers/cutting-proxy.js';
import { MINIO, whereIs } from '../servers/go-program.js';
import { type S3Server, startS3Server } from '../servers/s3-server.js';
import { eventually, ProcessCluster } from '../support/process-cluster.js';

const LONG_MS = 30_000;
const SHORT_MS = 3_000;

const TRAIN = `
import os, mlsql
print("trains", flush=True)
target = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(target)
with open(os.path.join(target, "model"), "wb") as file:
    file.write(b"m" * 12000000)
with open(mlsql.fit_param["count"], "a") as file:
    file.write("x")
`;

describe.skipIf(whereIs(MINIO) === undefined)('S3 that is away for a while', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server('minio');
    server.bucket('the-cluster');
  }, 600_000);
  afterAll(() => server?.stop());

  // Each on a cluster of its own, at once: most of the time they wait.
  it.concurrent.each([
    ['the load of a table', /^GET .*__mlsql__\/blob/, LONG_MS],
    ['the listing of a folder', /^GET .*list-type=2.*saved/, SHORT_MS],
    ['the save of a table', /^PUT .*saved\/part-/, LONG_MS],
    ['the sync of partitions', /^GET .*tmp\/data\/part-/, LONG_MS],
    ['the upload of a model in parts', /^PUT .*_staging\/0-1\/model\/model\?partNumber=2/, LONG_MS],
    ['the acceptance', /^PUT .*_staging\/accepted\/1/, SHORT_MS],
    ['the publish, between its copies', /^PUT .*_model_0\/model\/1\//, LONG_MS],
    ['the publish, at meta/0', /^PUT .*_model_0\/meta\/0\//, SHORT_MS],
    ['the claim of the version', /^PUT .*_model_0\/_claim/, SHORT_MS],
  ])('during %s', async (what, request, awayMs) => {
    const name = what.replaceAll(/\W+/g, '-');
    const proxy = await CuttingProxy.start(server.port);
    const env = { ...server.env, MLSQL_S3_ENDPOINT: `http://127.0.0.1:${proxy.port}` };
    const cluster = await ProcessCluster.make(env as Record<string, string>, `s3://the-cluster/${name}`);
    try {
      await cluster.coordinator();
      cluster.executor('one', 2);
      cluster.file('train.py', TRAIN);
      cluster.file('rows.csv', `x\n${name}\n`);
      const count = join(cluster.root, 'count');
      const cut = proxy.cutAt(request, awayMs);
      const running = cluster.run(`load csv.\`./rows.csv\` options header="true" as data;
train data as PythonAlg.\`/m/away\` where pythonScriptPath="./train.py" and keepVersion="true"
and \`fitParam.0.count\`="${count}" and \`fitParam.1.count\`="${count}" as trained;
save overwrite data as csv.\`/saved\` options header="true"; load csv.\`/saved\` options header="true" as again;
select t.algIndex, t.status, a.x from trained t cross join again a order by 1 as out;`);
      await cut;
      await eventually('it is back', () => !proxy.isAway);
      const result = await running;
      expect(result.error, result.stderr).toBeUndefined();
      expect(result.rows).toMatchObject([
        { algIndex: 0, status: 'success', x: name },
        { algIndex: 1, status: 'success', x: name },
      ]);
      // No script ran twice: what it had trained was kept until the store took it.
      expect(readFileSync(count, 'utf8')).toBe('xx');
      const listed = await cluster.cli('fs', 'ls', '/m/away');
      expect(listed.stdout.match(/_model_\d+/g)).toEqual(['_model_0']);
    } finally {
      await cluster.stop();
      await proxy.stop();
    }
  });
});
