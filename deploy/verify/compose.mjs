// `deploy/verify-compose`: whether the stack of deploy/compose.yaml does what docs/docker-compose.md says, tried out with
// real containers under a project name and on ports of their own. Takes the build's arguments from the environment
// (BASE_IMAGE, NPM_REGISTRY, …), prints what it finds, and removes its containers, volumes and networks at its end.
//   --keep    leave the stack running for a look
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../setup/support.mjs';
import { endAll, ended, freePorts, run as runIn } from './programs.mjs';
import { bytesOf, check, megabytes, say, step, until } from './report.mjs';

const PROJECT = `mlsql-verify-${process.pid}`;
const OWN_PROJECT = `${PROJECT}-own`;
const PROFILES = ['minio', 'kafka', 'prometheus'];
// Without the settings of a stack that the user runs from this checkout.
const FILES = ['--file', join(root, 'deploy/compose.yaml'), '--env-file', '/dev/null'];
const TLS = ['--file', join(root, 'deploy/compose.tls.yaml')];
const MLSQL = join(root, 'dist/client/cli/main.js');
/** What an idle container may use, in bytes. */
const IDLE_MEMORY_MAX = { coordinator: 180e6, executor: 120e6 };
/** The smallest share of the held-back digits that the best model names right. */
const ACCURACY_MIN = 0.95;

const folder = mkdtempSync(join(tmpdir(), 'mlsql-verify-'));
const environment = await stackEnvironment();
let overlay = [];
let interrupted = false;
let token = '';
let failed = false;

async function main() {
  await step('set-up of this checkout', () => run(process.execPath, [join(root, 'deploy/setup/setup.mjs')]));
  await step('images are built', () => compose('build'));
  await step('the stack starts with three executors, and every service is ready', () => up(3));
  await step('idle memory', idleMemory);
  await step('nobody is root, and nothing but volumes and /tmp can be written', hardening);
  await step('secrets are each readable by one user, and none is known beforehand', secrets);
  token = (await compose('exec', '-T', 'coordinator', 'cat', '/run/mlsql/secrets/coordinator/token')).trim();
  await step('requests without the token are refused', refusals);
  await step('an example trains and answers, from the host', example);
  await step('an executor and the coordinator are killed while a train runs', kills);
  await step('the coordinator’s container is removed, and made again', replaceCoordinator);
  await step('five executors', scaleUp);
  await step('two executors: the others finish what they have', scaleDown);
  await step('rows come through Kafka, and log lines reach it', kafka);
  await step('Prometheus sees the coordinator', prometheus);
  await step('a second stack, without profiles, on a store of one’s own', ownStore);
  await step('down and up again, with TLS: token, models and functions are still there', () =>
    downAndUp(TLS),
  );
  await step('Prometheus sees the coordinator, with TLS', prometheus);
}

/** Ports that are free, and of the caller's environment what builds the images: no setting of a cluster of their own. */
async function stackEnvironment() {
  const names = ['MLSQL_GRPC_PORT', 'MLSQL_HTTP_PORT', 'MLSQL_KAFKA_PORT', 'MLSQL_PROMETHEUS_PORT'];
  const ports = await freePorts(names.length);
  const own = Object.entries(process.env).filter(([name]) => !/^(MLSQL|AWS|COMPOSE)_/.test(name));
  return {
    ...Object.fromEntries(own),
    ...Object.fromEntries(names.map((name, index) => [name, String(ports[index])])),
    MLSQL_TAG: 'verify',
    // One each, so that six groups keep all executors busy.
    MLSQL_SLOTS: '1',
  };
}

async function idleMemory() {
  // What starting took is given back within some seconds.
  await sleep(15_000);
  const lines = (
    await run('docker', ['stats', '--no-stream', '--format', '{{json .}}', ...(await containers())])
  )
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const tooMuch = [];
  for (const { Name: name, MemUsage: usage } of lines.sort((a, b) => (a.Name < b.Name ? -1 : 1))) {
    const bytes = bytesOf(usage.split('/')[0].trim());
    const service = name.slice(PROJECT.length + 1).replace(/-\d+$/, '');
    const max = IDLE_MEMORY_MAX[service];
    say(`${name.padEnd(40)} ${megabytes(bytes)}${max === undefined ? '' : `  (at most ${megabytes(max)})`}`);
    if (max !== undefined && bytes > max) tooMuch.push(name);
  }
  check(tooMuch.length === 0, `too much memory: ${tooMuch.join(', ')}`);
}

async function hardening() {
  for (const { Name, Config, HostConfig, State } of await inspect()) {
    const { ReadonlyRootfs, CapDrop, SecurityOpt, Privileged } = HostConfig;
    check(ReadonlyRootfs && !Privileged, `${Name} can write its root`);
    check(CapDrop?.includes('ALL'), `${Name} has capabilities`);
    check(
      SecurityOpt?.some((option) => option.startsWith('no-new-privileges')),
      `${Name} can gain privileges`,
    );
    const published = Object.values(HostConfig.PortBindings ?? {}).flat();
    check(
      published.every((port) => port.HostIp === '127.0.0.1'),
      `${Name} is published beyond this machine`,
    );
    if (!State.Running) continue;
    check(/^[1-9]\d*:[1-9]\d*$/.test(Config.User), `${Name} runs as "${Config.User}"`);
    check(State.Health?.Status === 'healthy', `${Name} is ${State.Health?.Status}`);
    const first = await run('docker', ['exec', Name.slice(1), 'cat', '/proc/1/comm']);
    check(first.trim() === 'tini', `${Name} has ${first.trim()} as its process 1`);
  }
}

async function secrets() {
  const list = 'cd /run/mlsql/secrets && find . -type f -printf "%m %U %p\\n"';
  const files = (await compose(...inInit, list)).trim().split('\n');
  const ca = files.filter((line) => line.includes(' ./ca/'));
  check(ca.length > 0 && ca.every((line) => / 0 /.test(line)), 'the CA is not root’s');
  const caFolder = await compose(...inInit, 'stat -c %a%u /run/mlsql/secrets/ca');
  check(caFolder.trim() === '7000', 'the folder of the CA can be entered by others');
  for (const line of files.filter((file) => !ca.includes(file)))
    check(line.startsWith('400 '), `a secret is readable by others: ${line}`);
  for (const user of ['coordinator', 'executor', 'minio', 'kafka', 'prometheus'])
    check(
      files.some((line) => line.includes(` ./${user}/`)),
      `${user} has no secrets`,
    );
  const foreign = await compose(
    'exec',
    '-T',
    'executor',
    'sh',
    '-c',
    'find /run/mlsql/secrets -printf " %f\\n" 2> /dev/null || true',
  );
  for (const name of ['minio-password', 'kafka-password', ' token'])
    check(!foreign.includes(name), `an executor sees ${name}`);
  const cat = 'cd /run/mlsql/secrets && cat coordinator/token minio/minio-password kafka/kafka-password';
  const values = (await compose(...inInit, cat)).trim().split('\n');
  for (const container of await inspect()) {
    const shown = JSON.stringify(container);
    check(
      !values.some((value) => shown.includes(value)),
      `docker inspect shows a secret of ${container.Name}`,
    );
  }
}

/** A shell that may read every secret. */
const inInit = ['run', '--rm', '--no-deps', '-T', '--entrypoint', 'sh', 'init', '-c'];

async function refusals() {
  const http = `http://127.0.0.1:${environment.MLSQL_HTTP_PORT}`;
  check((await fetch(`${http}/readyz`)).status === 200, '/readyz does not answer');
  check((await fetch(`${http}/metrics`)).status === 401, '/metrics answers without the token');
  const { code } = await mlsql(['executors', 'ls'], { MLSQL_TOKEN: 'a-wrong-one' });
  check(code !== 0, 'a wrong token is taken');
}

async function example() {
  const python = join(root, '.venv/bin/python');
  await run(python, [join(root, 'examples/make_data.py'), join(root, 'examples/data')]);
  const { table: scores } = await runScript('examples/digits/1-train.mlsql');
  check(
    scores.length === 5 && scores.every((row) => row.status === 'success'),
    `not every group has succeeded: ${JSON.stringify(scores)}`,
  );
  const { table } = await runScript('examples/digits/2-predict.mlsql');
  const { accuracy } = table[0];
  say(
    `best of five: ${scores[0].algorithm} ${scores[0].score}; accuracy on digits it has not seen: ${accuracy}`,
  );
  check(accuracy >= ACCURACY_MIN, `accuracy ${accuracy}`);
}

async function kills() {
  const args = ['--run-id', `kills-${PROJECT}`, '--set', 'path=/verify/kills', '--set', 'seconds=6'];
  const before = await inspect('executor', 'coordinator');
  let killed = false;
  const onEvent = (event) => {
    const running = event.groups?.find((group) => group.phase === 'running');
    if (killed || running === undefined) return;
    killed = true;
    void killBoth(running.executor);
  };
  const first = runScript('deploy/verify/steady.mlsql', args, { onEvent });
  // Whoever followed the run may have lost sight of it; it goes on under its name.
  const { table } = await first.catch((error) => {
    say(`the first command ended (${error.message.split('\n')[0]}), another one attaches`);
    return untilReady().then(() => runScript('deploy/verify/steady.mlsql', args));
  });
  check(killed, 'no group was seen running');
  checkSteady(table);
  say(`attempts of the groups: ${table.map((row) => row.attempts).join(', ')}`);
  check(
    table.some((row) => row.attempts > 1),
    'no group needed a second attempt, so nothing was killed in its work',
  );
  await untilReady();
  await untilExecutors({ ready: 3 });
  const restarts = (list) => list.reduce((sum, { RestartCount }) => sum + RestartCount, 0);
  const restarted = restarts(await inspect('executor', 'coordinator')) - restarts(before);
  check(restarted === 2, `${restarted} restarts of containers, expected 2`);
  await checkModels('/verify/kills');
}

/** As the kernel does when memory is short: the processes, not the containers, which their restart policy brings back. */
async function killBoth(executor) {
  const kill = 'kill -KILL $(cat /proc/1/task/1/children)';
  say(`killing ${executor}`);
  await run('docker', ['exec', executor, 'sh', '-c', kill]).catch(ignoreKilled);
  await sleep(2_000);
  say('killing the coordinator');
  await compose('exec', '-T', 'coordinator', 'sh', '-c', kill).catch(ignoreKilled);
}

/** The container takes the shell along. */
const ignoreKilled = () => undefined;

/** The new one cannot see whether the old one lives, and waits until its claim of the store is over. */
async function replaceCoordinator() {
  const [coordinator] = await containers('coordinator');
  await run('docker', ['rm', '--force', coordinator]);
  await up(3);
  await untilExecutors({ ready: 3 });
}

async function scaleUp() {
  await up(5);
  await untilExecutors({ ready: 5 });
  const { table } = await runScript('deploy/verify/steady.mlsql', [
    '--set',
    'path=/verify/up',
    '--set',
    'seconds=3',
  ]);
  checkSteady(table);
  const used = new Set(table.map((row) => row.executor));
  say(`six groups on ${[...used].sort().join(', ')}`);
  check(used.size === 5, 'not every executor was given work');
}

async function scaleDown() {
  let scaling;
  const onEvent = (event) => {
    if (event.groups?.some((group) => group.phase === 'running')) scaling ??= up(2);
  };
  const args = ['--set', 'path=/verify/down', '--set', 'seconds=6'];
  const { table } = await runScript('deploy/verify/steady.mlsql', args, { onEvent });
  await scaling;
  checkSteady(table);
  const moved = table.filter((row) => row.attempts > 1).length;
  check(moved === 0, `${moved} groups had to begin again, though executors have time to drain`);
  await untilExecutors({ ready: 2, drained: 3 });
}

async function kafka() {
  let rowsCame = true;
  const onEvent = (event) => {
    if (event.event === 'warning') rowsCame = false;
  };
  await runScript('deploy/verify/kafka.mlsql', [], { onEvent });
  check(rowsCame, 'rows did not come through Kafka');
  const consumer = [
    ...['exec', '-T', 'kafka', 'kafka', 'org.apache.kafka.tools.consumer.ConsoleConsumer'],
    ...['--bootstrap-server', 'kafka:9092', '--topic', 'training_msg_verify', '--from-beginning'],
    ...['--timeout-ms', '10000'],
  ];
  const lines = await compose(...consumer);
  say(lines.trim().split('\n')[0]);
  check(lines.includes('group 3 begins with 1 rows'), `the topic holds: ${lines}`);
}

async function prometheus() {
  const url = `http://127.0.0.1:${environment.MLSQL_PROMETHEUS_PORT}/api/v1/targets`;
  await until('Prometheus has asked the coordinator', async () => {
    const { data } = await (await fetch(url)).json();
    const target = data.activeTargets.find(({ labels }) => labels.job === 'mlsql');
    return target?.health === 'up';
  });
}

/** A stack without profiles, on this one's MinIO, which it knows like a stranger's: by an address and keys. */
async function ownStore() {
  const read = async (name) => (await compose(...inInit, `cat /run/mlsql/secrets/minio/${name}`)).trim();
  const [port, http] = await freePorts(2);
  const keys = join(folder, 'keys');
  writeFileSync(
    keys,
    `[default]\naws_access_key_id = ${await read('minio-user')}\naws_secret_access_key = ${await read('minio-password')}\n`,
  );
  const settings = {
    ...environment,
    MLSQL_GRPC_PORT: String(port),
    MLSQL_HTTP_PORT: String(http),
    MLSQL_STORE: 's3://mlsql/own',
    MLSQL_S3_ENDPOINT: 'http://store-of-mine:9000',
    MLSQL_S3_CREDENTIALS_FILE: keys,
  };
  const own = (...args) =>
    run(
      'docker',
      ['compose', '--progress', 'quiet', '--project-name', OWN_PROJECT, ...FILES, ...args],
      settings,
    );
  await own('up', '--no-start', '--no-build');
  const [minio] = await containers('minio');
  const network = `${OWN_PROJECT}_default`;
  await run('docker', ['network', 'connect', '--alias', 'store-of-mine', network, minio]);
  try {
    await own('up', '--detach', '--wait', '--no-build', '--scale', 'executor=2');
    const secret = await own('exec', '-T', 'coordinator', 'cat', '/run/mlsql/secrets/coordinator/token');
    check(secret.trim() !== token, 'two stacks have the same token');
    const { table } = await runScript(
      'deploy/verify/steady.mlsql',
      ['--set', 'path=/m', '--set', 'seconds=0.1'],
      {
        env: { MLSQL_TOKEN: secret.trim(), MLSQL_CLUSTER: `localhost:${port}` },
      },
    );
    checkSteady(table);
  } finally {
    await run('docker', ['network', 'disconnect', '--force', network, minio]);
  }
}

async function downAndUp(files) {
  await compose('down');
  overlay = files;
  await up(2);
  const { code } = await mlsql(['executors', 'ls']);
  check(code === 3, 'the coordinator speaks to who does not speak TLS');
  const ca = join(folder, 'ca.crt');
  writeFileSync(
    ca,
    await compose('exec', '-T', 'coordinator', 'cat', '/run/mlsql/secrets/coordinator/ca.crt'),
  );
  environment.MLSQL_TLS_CA = ca;
  const now = await compose('exec', '-T', 'coordinator', 'cat', '/run/mlsql/secrets/coordinator/token');
  check(now.trim() === token, 'the token has changed');
  await untilExecutors({ ready: 2 });
  await checkModels('/verify/kills');
  const script = join(root, 'examples/data/digits_test.libsvm');
  const sql = `load libsvm.\`file://${script}\` as t; select label, predict(features)[0] as answer from t limit 5 as r;`;
  const { table } = await runScript('-e', [sql]);
  check(table.length === 5, `the function answers ${JSON.stringify(table)}`);
}

function checkSteady(table) {
  check(
    table.length === 6 &&
      table.every((row, n) => row.algIndex === n && row.score === n && row.status === 'success'),
    `unexpected results: ${JSON.stringify(table)}`,
  );
}

async function checkModels(path) {
  for (let n = 0; n < 6; n++) {
    const { code, out } = await mlsql(['fs', 'cat', `${path}/_model_0/model/${n}/answer.txt`]);
    check(code === 0 && out.trim() === `${7 * n} of 3 rows`, `the model of group ${n} is "${out.trim()}"`);
  }
  const { out } = await mlsql(['fs', 'ls', path]);
  check(!out.includes('_model_1'), `more versions than trains: ${out}`);
}

const up = (executors) =>
  compose('up', '--detach', '--wait', '--no-build', '--scale', `executor=${executors}`);

const untilReady = () =>
  until('the coordinator is ready', async () => {
    const answer = await fetch(`http://127.0.0.1:${environment.MLSQL_HTTP_PORT}/readyz`).catch(
      () => undefined,
    );
    return answer?.status === 200;
  });

/** @param states - how many executors are in which state; others are not looked at */
const untilExecutors = (states) =>
  until(`executors are ${JSON.stringify(states)}`, async () => {
    const { code, out } = await mlsql(['executors', 'ls', '--json']);
    const executors = out.split('\n').filter((line) => line !== '');
    const count = (state) => executors.filter((line) => JSON.parse(line).state === state).length;
    return code === 0 && Object.entries(states).every(([state, number]) => count(state) === number);
  });

/**
 * Runs a script from the host.
 * @returns the rows of its last table
 */
async function runScript(file, args = [], { onEvent = () => undefined, env = {} } = {}) {
  let table = [];
  const where = file === '-e' ? ['-e', ...args] : [join(root, file), ...args];
  const { code, out, err } = await mlsql(['run', ...where, '--json'], env, (line) => {
    const event = JSON.parse(line);
    if (event.event === 'table') table = event.rows;
    onEvent(event);
  });
  const last = out.trim().split('\n').slice(-2).join('\n');
  check(code === 0, `mlsql run ${file} ended with ${code}: ${last}${err}`);
  return { table };
}

/** The command as a user of the host types it. */
async function mlsql(args, env = {}, onLine = () => undefined) {
  const child = spawn(MLSQL, args, {
    env: {
      ...environment,
      MLSQL_CLUSTER: `localhost:${environment.MLSQL_GRPC_PORT}`,
      MLSQL_TOKEN: token,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { out: '', err: '' };
  let rest = '';
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) onLine(line);
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const [code] = await ended(child);
  return { code, ...output };
}

function compose(...args) {
  const profiles = PROFILES.flatMap((profile) => ['--profile', profile]);
  const where = ['--project-name', PROJECT, ...FILES, ...overlay];
  const progress = args[0] === 'build' ? 'plain' : 'quiet';
  return run('docker', ['compose', '--progress', progress, ...where, ...profiles, ...args]);
}

const run = (command, args, env = environment) => runIn(command, args, env);

async function containers(...services) {
  const filters = services.length === 0 ? ['--all'] : services;
  const ids = await compose('ps', '--quiet', ...filters);
  return ids.split('\n').filter((id) => id !== '');
}

async function inspect(...services) {
  return JSON.parse(await run('docker', ['inspect', ...(await containers(...services))]));
}

/** Everything of these projects but the images, which make the next run quick. */
async function removeAll() {
  for (const project of [OWN_PROJECT, PROJECT]) {
    const where = ['compose', '--progress', 'quiet', '--project-name', project, ...FILES, '--profile', '*'];
    await run('docker', [...where, 'down', '--volumes', '--remove-orphans', '--timeout', '10']);
    for (const kind of ['container', 'volume', 'network']) {
      const list = kind === 'container' ? ['ls', '--all'] : ['ls'];
      const args = [kind, ...list, '--quiet', '--filter', `label=com.docker.compose.project=${project}`];
      const left = (await run('docker', args)).trim();
      check(left === '', `left behind: ${kind} ${left}`);
    }
  }
}

let leaving = false;
/** Once, whether all went well, a check failed, or somebody pressed Ctrl-C. */
async function leave() {
  if (leaving) return;
  leaving = true;
  rmSync(folder, { recursive: true, force: true });
  if (failed) process.stdout.write(await compose('logs', '--no-color', '--tail', '60').catch(() => ''));
  if (process.argv.includes('--keep')) {
    say(`left running: docker compose --project-name ${PROJECT}`);
    return;
  }
  await step('everything is removed', removeAll);
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    process.stdout.write(`${signal}: cleaning up …\n`);
    interrupted = true;
    // What is being started would otherwise come up beside its own removal.
    await endAll();
    await leave().catch((error) => process.stdout.write(`FAILED to clean up: ${error.message}\n`));
    process.exit(130);
  });
try {
  await main();
  process.stdout.write('The stack does what it should.\n');
} catch (error) {
  // The handler of the signal cleans up, and ends the process.
  if (interrupted) await new Promise(() => undefined);
  failed = true;
  process.stdout.write(`\nFAILED: ${error.message}\n`);
  process.exitCode = 1;
}
try {
  await leave();
} catch (error) {
  process.stdout.write(`\nFAILED to clean up: ${error.message}\n`);
  process.exitCode = 1;
}
