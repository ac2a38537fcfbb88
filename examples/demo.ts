// `npm run demo`: an embedded cluster, five digit models in parallel, the best registered and asked, another version, and
// the first one again by its number. Everything here is what a user types: mlsql up, then mlsql run.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DIST_ROOT, PRODUCT_ROOT, SETUP_PYTHON } from '../shared/paths.js';

const MLSQL = join(DIST_ROOT, 'client/cli/main.js');
const HOME = join(PRODUCT_ROOT, '.mlsql');
const EXAMPLES = join(PRODUCT_ROOT, 'examples');
const DATA = join(EXAMPLES, 'data');
const MODELS = '/models/digits';

async function main(): Promise<void> {
  say('Real data: the digits and breast cancer sets inside scikit-learn, as libsvm, JSON lines and CSV');
  execFileSync(SETUP_PYTHON, [join(EXAMPLES, 'make_data.py'), DATA], { stdio: 'inherit' });
  console.log(`   ${DATA}`);

  say('A cluster on this machine: one coordinator, two executors, processes of their own that talk gRPC');
  const cluster = await startCluster();
  try {
    const firstVersion = nextVersion();
    say(
      `Five algorithms on the digits, trained in parallel into version ${firstVersion} of ${MODELS} (examples/digits/1-train.mlsql)`,
    );
    run('digits/1-train.mlsql');
    say(
      'The best one becomes the function predict(), asked about digits it has never seen (2-predict.mlsql)',
    );
    run('digits/2-predict.mlsql');
    say('Other parameters: the next version (3-train-again.mlsql)');
    run('digits/3-train-again.mlsql');
    say(`Version ${firstVersion} again, by its number, beside the newest (4-first-version.mlsql)`);
    run('digits/4-first-version.mlsql', '--set', `firstVersion=${firstVersion}`);
    say(
      'No Python script at all: built-in algorithms on the breast cancer set, JSON lines in, CSV asked (examples/cancer)',
    );
    run('cancer/train-and-predict.mlsql');
  } finally {
    await stopCluster(cluster);
  }

  say('Done');
  console.log(`   The models lie in ${join(HOME, 'store', MODELS.slice(1))}
   (folders _model_0, _model_1, …: each with meta, model, resource and log).

   Try next:
     npx mlsql models ls ${MODELS}
     npx mlsql run -e 'load libsvm.\`./examples/data/digits_test.libsvm\` as t; select label, predict(features)[0] as answer from t limit 5 as r;'
     npx mlsql repl`);
}

/** `mlsql up` on any free ports, until its ready line. */
async function startCluster(): Promise<ChildProcess> {
  const cluster = spawn(
    MLSQL,
    ['up', '--home', HOME, '--executors', '2', '--grpc-port', '0', '--http-port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    cluster.once('error', reject);
    cluster.once('exit', (code) =>
      reject(new Error(`the cluster ended at its start with exit code ${code}`)),
    );
    createInterface({ input: cluster.stdout! }).on('line', (line) => {
      console.log(`   ${line}`);
      if (/\bready\b/.test(line)) resolve();
    });
  });
  cluster.removeAllListeners('exit');
  return cluster;
}

async function stopCluster(cluster: ChildProcess): Promise<void> {
  if (cluster.exitCode !== null) return;
  const ended = new Promise((resolve) => cluster.once('exit', resolve));
  cluster.kill('SIGTERM');
  await ended;
}

function run(script: string, ...flags: string[]): void {
  const { status } = spawnSync(MLSQL, ['run', join(EXAMPLES, script), '--home', HOME, ...flags], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`${script} ended with exit code ${status}`);
}

/** The number that the next train with keepVersion will get. */
function nextVersion(): number {
  if (!existsSync(join(HOME, 'store', MODELS.slice(1)))) return 0;
  const listed = execFileSync(MLSQL, ['models', 'ls', MODELS, '--home', HOME, '--json'], {
    encoding: 'utf8',
  });
  const versions = listed
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => [JSON.parse(line)].flat() as { version?: number }[]);
  return Math.max(-1, ...versions.map((entry) => entry.version ?? -1)) + 1;
}

let step = 0;
function say(text: string): void {
  step += 1;
  console.log(`\n${step}. ${text}`);
}

main().catch((error: unknown) => {
  console.error(`\nThe demo failed: ${(error as Error).message}`);
  process.exitCode = 1;
});
