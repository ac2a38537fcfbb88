// A process of its own around a SimulatedCluster. First argument: what it does; figures and news go to the parent by IPC.
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { executorsService } from '../../coordinator/api/executors-service.js';
import type { GroupSpec, JobSpec } from '../../coordinator/scheduling/model.js';
import { createLogger } from '../../shared/logger.js';
import { CHANNEL_OPTIONS } from '../../shared/rpc/channel.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';
import { jobSpec, taskSpec } from '../../test/support/machine.js';
import { SimulatedCluster } from './simulated-cluster.js';
import { SUBMIT_SERVICE } from './submit-service.js';

const EXECUTORS = 20;
const SLOTS = 50;

const report = (message: object): void => void process.send?.(message);

/** As planning makes it: what groups have in common they share, and each has parameters of its own. */
function largeJob(groups: number): JobSpec {
  const inputs = Array.from({ length: 8 }, (_, index) => ({ sha256: `part-${index}`, sizeBytes: 1_000 }));
  const common = taskSpec();
  const made = Array.from(
    { length: groups },
    (_, algIndex): GroupSpec => ({
      algIndex,
      task: { ...common, fitParam: { alpha: String(algIndex) } },
      inputs,
      retries: 0,
    }),
  );
  return { ...jobSpec('large', 0, { minSuccess: groups }), groups: made };
}

/** A large job, submitted and then run to its end. */
async function through(groups: number): Promise<void> {
  const cluster = await SimulatedCluster.start();
  await cluster.runtime.submit(largeJob(groups));
  const start = performance.now();
  for (let index = 0; index < EXECUTORS; index++) cluster.connectExecutor(`executor-${index}`, SLOTS);
  const outcome = await cluster.runtime.finished('large');
  const seconds = (performance.now() - start) / 1000;
  if (outcome.state !== 'SUCCEEDED') throw new Error(outcome.reason);
  report({ seconds });
  await cluster.stop();
}

/** A job that waits: until it is acknowledged, and the memory it takes. */
async function queued(groups: number): Promise<void> {
  const cluster = await SimulatedCluster.start();
  const start = performance.now();
  await cluster.runtime.submit(largeJob(groups));
  const seconds = (performance.now() - start) / 1000;
  report({ seconds, bytes: process.resourceUsage().maxRSS * 1024 });
  await cluster.stop();
}

/** Takes jobs of one group over gRPC, and gives them to executors that connect. */
async function serve(): Promise<void> {
  const cluster = await SimulatedCluster.start();
  const server = new Server(CHANNEL_OPTIONS);
  server.addService(mlsqlV1().Executors.service, {
    ...executorsService(cluster.runtime, createLogger('bench', 'silent')),
    ServeFunctions: (stream: { end(): void }) => stream.end(),
  });
  let ended = 0;
  let awaited = Number.POSITIVE_INFINITY;
  server.addService(SUBMIT_SERVICE, {
    submit: (call: ServerUnaryCall<string, string>, callback: sendUnaryData<string>) => {
      const id = call.request;
      cluster.runtime.submit(jobSpec(id)).then(
        () => {
          callback(null, id);
          void cluster.runtime.finished(id).then(() => {
            ended += 1;
            if (ended === awaited) report({ ended });
          });
        },
        (error: Error) => callback(error),
      );
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  report({ port });
  process.on('message', async (message: { readonly until?: number }) => {
    if (message.until !== undefined) {
      awaited = message.until;
      if (ended >= awaited) report({ ended });
      return;
    }
    server.forceShutdown();
    await cluster.stop();
    process.disconnect();
  });
}

const [what, count] = process.argv.slice(2);
if (what === 'through') await through(Number(count));
else if (what === 'queued') await queued(Number(count));
else if (what === 'serve') await serve();
else throw new Error(`unknown work ${what}`);
