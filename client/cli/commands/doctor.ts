// `mlsql doctor`: looks at everything that a cluster on this machine needs, and says what to do about what is wrong.
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { asMlsqlError } from '../../../shared/errors.js';
import { DIST_ROOT, PYTHON_ROOT, SETUP_PYTHON } from '../../../shared/paths.js';
import { VERSION } from '../../../shared/version.js';
import { findHome, homeExists } from '../../embedded/home.js';
import { choosePort, GRPC_PORT_DEFAULT, HTTP_PORT_DEFAULT } from '../../embedded/ports.js';
import { findLiveCluster, parseAddress, useCluster } from '../cluster.js';
import type { CommonOptions } from '../context.js';
import { readEnvironment } from '../environment.js';
import { EXIT_FAILED, EXIT_OK } from '../exit-codes.js';
import { formatBytes } from '../output/format.js';
import type { Streams } from '../output/run-output.js';

const DISK_FREE_MIN_BYTES = 1024 ** 3;
const PYTHON_MIN_MINOR = 9;
const WORK_DIR_DEFAULT = '/tmp/__mlsql__';
const PACKAGES = ['numpy', 'scipy', 'sklearn', 'pyspark', 'cloudpickle'];
/** Before this, certificates and lease times cannot be right: the clock was never set. */
const CLOCK_MIN_MS = Date.UTC(2025, 0, 1);

export type Health = 'ok' | 'warning' | 'problem';

export interface Finding {
  readonly check: string;
  readonly health: Health;
  readonly found: string;
  /** What to do, where something is wrong. */
  readonly todo?: string;
}

/** @returns 1 where something keeps a cluster from working */
export async function doctorCommand(options: CommonOptions, streams: Streams): Promise<number> {
  const findings: Finding[] = [];
  for await (const finding of examine(options)) {
    findings.push(finding);
    streams.stdout.write(`${options.json ? JSON.stringify(finding) : findingLine(finding)}\n`);
  }
  return findings.some((finding) => finding.health === 'problem') ? EXIT_FAILED : EXIT_OK;
}

function findingLine({ check, health, found, todo }: Finding): string {
  const mark = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' }[health];
  return `${mark}  ${check.padEnd(9)}  ${found}${todo === undefined ? '' : `\n${' '.repeat(20)}${todo}`}`;
}

async function* examine(options: CommonOptions): AsyncGenerator<Finding> {
  yield { check: 'version', health: 'ok', found: `mlsql ${VERSION}` };
  yield checkNode(process.versions.node);
  yield checkBuild();
  yield* checkPython(process.env.MLSQL_PYTHON || SETUP_PYTHON);
  yield await checkTranslator();
  yield checkRuntimePackages();
  const workDir = process.env.MLSQL_WORK_DIR || WORK_DIR_DEFAULT;
  yield checkFolder('work dir', workDir, 'MLSQL_WORK_DIR moves it');
  yield checkDisk(workDir);
  const home = findHome(options.home, process.env, process.cwd());
  yield checkFolder('home', home.dir, '--home or MLSQL_HOME moves it');
  yield checkClock();
  if (process.env.MLSQL_STORE) yield* checkItsStore(process.env.MLSQL_STORE);
  if (process.env.MLSQL_SET_kafkaDomain) yield await checkKafka(process.env.MLSQL_SET_kafkaDomain);
  const live = await findLiveCluster(home);
  if (live === undefined) {
    yield {
      check: 'cluster',
      health: 'ok',
      found: homeExists(home)
        ? 'none runs in the home (mlsql up starts one)'
        : 'none yet (mlsql up starts one)',
    };
  } else
    yield {
      check: 'cluster',
      health: 'ok',
      found: `runs at ${live.address}, console http://${live.httpAddress}/, process ${live.pid}`,
    };
  yield* checkPorts(live !== undefined);
  yield* checkReachable(options, live !== undefined);
}

export function checkNode(version: string): Finding {
  const old = Number(version.split('.')[0]) < 20;
  return old
    ? {
        check: 'node',
        health: 'problem',
        found: version,
        todo: 'install Node.js 20 or newer (https://nodejs.org)',
      }
    : { check: 'node', health: 'ok', found: version };
}

function checkBuild(): Finding {
  const missing = ['coordinator/main.js', 'executor/main.js'].filter(
    (file) => !existsSync(join(DIST_ROOT, file)),
  );
  return missing.length === 0
    ? { check: 'build', health: 'ok', found: DIST_ROOT }
    : {
        check: 'build',
        health: 'problem',
        found: `${missing.join(', ')} missing in ${DIST_ROOT}`,
        todo: 'run: npm run setup',
      };
}

async function* checkPython(python: string): AsyncGenerator<Finding> {
  const code = `import sys, json, importlib.util as u; print(json.dumps(["%d.%d.%d" % sys.version_info[:3], [p for p in ${JSON.stringify(PACKAGES)} if u.find_spec(p) is None]]))`;
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', code], { timeout: 20_000 });
    const [version, missing] = JSON.parse(stdout) as [string, string[]];
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major !== 3 || minor < PYTHON_MIN_MINOR) {
      yield {
        check: 'python',
        health: 'problem',
        found: `${python} is ${version}`,
        todo: `Python 3.${PYTHON_MIN_MINOR} or newer is needed: npm run setup, or set MLSQL_PYTHON`,
      };
      return;
    }
    yield { check: 'python', health: 'ok', found: `${version} (${python})` };
    yield missing.length === 0
      ? { check: 'packages', health: 'ok', found: PACKAGES.join(', ') }
      : {
          check: 'packages',
          health: 'warning',
          found: `missing: ${missing.join(', ')}`,
          todo: 'run: npm run setup; or install them into the interpreter that MLSQL_PYTHON names',
        };
  } catch (error) {
    yield {
      check: 'python',
      health: 'problem',
      found: `${python} does not start: ${(error as Error).message.split('\n')[0]}`,
      todo: 'run: npm run setup; or set MLSQL_PYTHON to an interpreter',
    };
  }
}

/** Selects are compiled in the environment that set-up made, whatever scripts run in. */
async function checkTranslator(): Promise<Finding> {
  const code = 'import sqlglot; print(sqlglot.__version__)';
  try {
    const { stdout } = await promisify(execFile)(SETUP_PYTHON, ['-c', code], { timeout: 20_000 });
    return { check: 'sql', health: 'ok', found: `sqlglot ${stdout.trim()} (${SETUP_PYTHON})` };
  } catch (error) {
    const found = `${SETUP_PYTHON} has no sqlglot: ${(error as Error).message.trimEnd().split('\n').at(-1)}`;
    return { check: 'sql', health: 'problem', found, todo: 'run: npm run setup' };
  }
}

function checkRuntimePackages(): Finding {
  const folder = join(PYTHON_ROOT, '_vendor');
  return existsSync(folder)
    ? { check: 'runtime', health: 'ok', found: folder }
    : { check: 'runtime', health: 'problem', found: `${folder} is missing`, todo: 'run: npm run setup' };
}

/** A folder of ours: it can be made or written, and belongs to us. */
export function checkFolder(check: string, folder: string, how: string): Finding {
  const info = statSync(folder, { throwIfNoEntry: false });
  if (info === undefined)
    return checkWritable(check, nearestExisting(folder), `${folder} (made when first used)`, how);
  if (!info.isDirectory()) return { check, health: 'problem', found: `${folder} is no folder`, todo: how };
  if (process.getuid !== undefined && info.uid !== process.getuid()) {
    return {
      check,
      health: 'problem',
      found: `${folder} belongs to user ${info.uid}`,
      todo: `it must be yours: ${how}`,
    };
  }
  return checkWritable(check, folder, folder, how);
}

function checkWritable(check: string, folder: string, found: string, how: string): Finding {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const probe = join(folder, `.mlsql-doctor-${process.pid}`);
    mkdirSync(probe);
    writeFileSync(join(probe, 'probe'), 'x');
    rmSync(probe, { recursive: true });
    return { check, health: 'ok', found };
  } catch (error) {
    return {
      check,
      health: 'problem',
      found: `${found} cannot be written: ${(error as Error).message}`,
      todo: how,
    };
  }
}

function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(nearestExisting(folder));
  const free = bavail * bsize;
  const found = `${formatBytes(free)} free at ${folder}`;
  return free >= DISK_FREE_MIN_BYTES
    ? { check: 'disk', health: 'ok', found }
    : {
        check: 'disk',
        health: 'warning',
        found,
        todo: 'free some space, or move the work folder with MLSQL_WORK_DIR',
      };
}

function checkClock(): Finding {
  const found = new Date().toISOString();
  return Date.now() >= CLOCK_MIN_MS
    ? { check: 'clock', health: 'ok', found }
    : { check: 'clock', health: 'problem', found, todo: "set the machine's clock" };
}

/** The store of MLSQL_STORE, by the checks that a coordinator runs at its start; nothing behind the first that fails. */
async function* checkItsStore(url: string): AsyncGenerator<Finding> {
  const { openStore } = await import('../../../shared/object-store/open-store.js');
  const { passed, storeChecks } = await import('../../../shared/object-store/check-store.js');
  let name = 'settings';
  try {
    const store = await openStore(url, process.env);
    const done: string[] = [];
    for (const check of storeChecks(store)) {
      name = check.name;
      await passed(store, check);
      done.push(name);
    }
    yield { check: 'store', health: 'ok', found: `${url}: ${done.join(', ')}` };
  } catch (error) {
    const { message, details } = asMlsqlError(error);
    yield {
      check: 'store',
      health: 'problem',
      found: `${url}, ${name}: ${message}`,
      ...(details.hint !== undefined && { todo: details.hint }),
    };
  }
}

/** The Kafka that scripts of this cluster find as `${kafkaDomain}`. */
async function checkKafka(brokers: string): Promise<Finding> {
  const { kafkaAccess } = await import('../../../shared/kafka/kafka-access.js');
  const { kafkaClient } = await import('../../../shared/kafka/kafka-client.js');
  const { createLogger } = await import('../../../shared/logger.js');
  try {
    const access = kafkaAccess({ 'bootstrap.servers': brokers });
    if (access === undefined) return { check: 'kafka', health: 'ok', found: 'none' };
    const admin = (await kafkaClient(access, createLogger('doctor', 'silent'), 1)).admin();
    try {
      await admin.connect();
      const { brokers: found } = await admin.describeCluster();
      return { check: 'kafka', health: 'ok', found: `${brokers}: ${found.length} broker(s) answer` };
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  } catch (error) {
    return {
      check: 'kafka',
      health: 'warning',
      found: `${brokers}: ${(error as Error).message}`,
      todo: 'trains go on without it; check MLSQL_SET_kafkaDomain, that the broker runs, and that its advertised.listeners are reached from here',
    };
  }
}

async function* checkPorts(clusterRuns: boolean): AsyncGenerator<Finding> {
  for (const [name, port] of [
    ['gRPC', GRPC_PORT_DEFAULT],
    ['HTTP', HTTP_PORT_DEFAULT],
  ] as const) {
    const { port: chosen } = await choosePort('', undefined, port);
    if (chosen === port) yield { check: 'port', health: 'ok', found: `${port} (${name}) is free` };
    else
      yield {
        check: 'port',
        health: clusterRuns ? 'ok' : 'warning',
        found: `${port} (${name}) is taken`,
        ...(!clusterRuns && { todo: 'mlsql up then takes any free port and prints it' }),
      };
  }
}

async function* checkReachable(options: CommonOptions, live: boolean): AsyncGenerator<Finding> {
  const named = options.cluster ?? readEnvironment(process.env).cluster;
  if (named === undefined && !live) return;
  const where = named === undefined ? "the home's cluster" : parseAddress(named);
  try {
    const cluster = await useCluster({ options, need: 'live', onNotice: () => undefined });
    try {
      const executors = await cluster.client.executors.list();
      const slots = executors.reduce((sum, executor) => sum + executor.slots, 0);
      const found = `${where} answers, ${executors.length} executors, ${slots} slots`;
      yield executors.length > 0
        ? { check: 'reach', health: 'ok', found }
        : {
            check: 'reach',
            health: 'warning',
            found,
            todo: 'jobs wait until an executor connects: mlsql executor --coordinator …',
          };
    } finally {
      await cluster.close();
    }
  } catch (error) {
    yield {
      check: 'reach',
      health: 'problem',
      found: `${where}: ${(error as Error).message}`,
      todo: 'check the address (MLSQL_CLUSTER), the token (MLSQL_TOKEN, MLSQL_TOKEN_FILE) and that it runs',
    };
  }
}

function nearestExisting(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestExisting(dirname(folder));
}
