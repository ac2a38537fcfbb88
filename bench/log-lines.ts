// Lines of a script that prints as fast as it can, to a client that follows: undisturbed, and over a coordinator's restart.
import { CHANNEL_OPTIONS, channelCredentials, tokenMetadata } from '../shared/rpc/channel.js';
import type { ListJobsResponse__Output } from '../shared/rpc/gen/mlsql/v1/ListJobsResponse.js';
import type { LogChunk__Output } from '../shared/rpc/gen/mlsql/v1/LogChunk.js';
import { mlsqlV1 } from '../shared/rpc/proto.js';
import { eventually, ProcessCluster } from '../test/support/process-cluster.js';
import { type Figure, median } from './report.js';

const LINES = 1_000_000;
const ROUNDS = 3;
/** Printed in pieces of many lines, as a program does whose output is no terminal. */
const FLOOD = `import sys
for start in range(0, ${LINES}, 1000):
    sys.stdout.write("".join(f"epoch {number}: loss 0.123456\\n" for number in range(start, start + 1000)))
`;

export async function logLines(): Promise<readonly Figure[]> {
  const cluster = await ProcessCluster.make();
  try {
    const coordinator = await cluster.coordinator();
    cluster.executor('executor-1');
    cluster.file('flood.py', FLOOD);
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const jobId = await submit(cluster);
      const { lines, seconds } = await follow(cluster, jobId, 1);
      if (lines !== LINES) throw new Error(`${lines} of ${LINES} lines came`);
      rates.push(lines / seconds);
    }
    const jobId = await submit(cluster);
    let restarted: Promise<unknown> | undefined;
    const first = await follow(cluster, jobId, 1, async (seen) => {
      if (seen < LINES / 4 || restarted !== undefined) return;
      restarted = coordinator.kill().then(() => cluster.coordinator());
    });
    await restarted;
    let came = first.lines;
    while (came < LINES) came += (await follow(cluster, jobId, came + 1)).lines;
    const rate = median(rates);
    return [
      {
        name: 'log lines of a flooding script to a following client',
        value: rate,
        unit: 'lines/s',
        goal: { text: '≥ 150,000 lines/s', met: rate >= 150_000 },
      },
      {
        name: 'log lines missing after the coordinator was killed in between',
        value: LINES - came,
        unit: 'lines',
        goal: { text: '0', met: came === LINES },
      },
    ];
  } finally {
    await cluster.stop();
  }
}

/** Starts the train; the id of its job. */
async function submit(cluster: ProcessCluster): Promise<string> {
  const before = (await jobs(cluster)).length;
  const script = cluster.file(
    'flood.mlsql',
    'select 1 as a as data; train data as PythonAlg.`/bench/flood` where pythonScriptPath="./flood.py";',
  );
  const submitted = await cluster.cli('run', '--detach', script);
  if (submitted.code !== 0) throw new Error(submitted.stderr);
  return eventually('the job', async () => {
    const known = await jobs(cluster);
    return known.length > before ? known[0]!.jobId : undefined;
  });
}

async function jobs(cluster: ProcessCluster): Promise<ListJobsResponse__Output['jobs']> {
  const client = new (mlsqlV1().Jobs)(cluster.address, channelCredentials(), CHANNEL_OPTIONS);
  try {
    return await new Promise((resolve, reject) =>
      client.ListJobs({}, tokenMetadata(cluster.token), (error, response) =>
        error === null ? resolve(response!.jobs) : reject(error),
      ),
    );
  } finally {
    client.close();
  }
}

/**
 * Reads a job's log until it ends or the stream breaks. Lines before `fromSeq` are passed over; a gap, or a line that comes
 * twice, is an error.
 */
async function follow(
  cluster: ProcessCluster,
  jobId: string,
  fromSeq: number,
  onLines: (seen: number) => Promise<void> = async () => undefined,
): Promise<{ lines: number; seconds: number }> {
  const client = new (mlsqlV1().Jobs)(cluster.address, channelCredentials(), CHANNEL_OPTIONS);
  let next = 1;
  let start = 0;
  try {
    const chunks = client.ReadLogs({ jobId, follow: true }, tokenMetadata(cluster.token));
    for await (const { firstSeq, lines } of chunks as AsyncIterable<LogChunk__Output>) {
      if (start === 0) start = performance.now();
      if (firstSeq !== next) throw new Error(`line ${firstSeq} came where ${next} was next`);
      next += lines.length;
      await onLines(next - 1);
    }
  } catch (error) {
    // The coordinator was killed: whoever follows goes on with the next one.
    if ((error as { code?: number }).code === undefined) throw error;
  } finally {
    client.close();
  }
  return { lines: Math.max(0, next - fromSeq), seconds: (performance.now() - start) / 1000 };
}
