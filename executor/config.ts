// Flags and environment of an executor, once read, checked and frozen. Nothing else reads the environment.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute } from 'node:path';
import { parseArgs } from 'node:util';
import { MlsqlError } from '../shared/errors.js';
import { parseTimeout } from '../shared/language/values.js';
import { type ClientTls, clientTls } from '../shared/rpc/tls.js';
import { tokenToSend } from '../shared/tokens.js';
import { CACHE_DEFAULT_BYTES, ORPHAN_GRACE_DEFAULT_MS } from './limits.js';
import { inspectMachine, type Machine } from './machine.js';
import { parseSize } from './sizes.js';

/** Everything an executor is told from outside. */
export interface ExecutorConfig {
  /** HOST:PORT of the coordinator. */
  readonly coordinator: string;
  /** Unique among the cluster's executors. */
  readonly name: string;
  /** Empty: the cluster runs without one. */
  readonly token: string;
  /** Absent: plain connections. */
  readonly tls?: ClientTls;
  /** Attempts at once, and workers a function. */
  readonly slots: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuDevices: readonly string[];
  /** Root of cache and attempts. */
  readonly workDir: string;
  readonly cacheBytes: number;
  /** The default interpreter as configured; undefined: the environment that set-up made. */
  readonly python: string | undefined;
  /** Interpreters as scripts name them, and what they are here. */
  readonly pythonMap: ReadonlyMap<string, string>;
  /** Bytes that one attempt's folder may take; 0: no limit. */
  readonly attemptDiskBytes: number;
  /** How long scripts run on without a coordinator, in milliseconds. */
  readonly orphanGraceMs: number;
  /** How long attempts may go on once a signal drains this executor, in milliseconds; 0: as long as they take. */
  readonly drainTimeoutMs: number;
  /** A file that is there while a coordinator gives this executor work; undefined: none. */
  readonly readyFile: string | undefined;
  /** True: ends when standard input does (embedded cluster). */
  readonly exitWithParent: boolean;
  /** The process's environment: the store's adapters and the allow-list for scripts pick from it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Flags as parseExecutorFlags returns them; each wins over its variable. */
export interface ExecutorFlags {
  readonly coordinator?: string | undefined;
  readonly name?: string | undefined;
  readonly slots?: string | undefined;
  readonly workDir?: string | undefined;
  readonly cacheBytes?: string | undefined;
  readonly memory?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly joinTokenFile?: string | undefined;
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly python?: string | undefined;
  readonly orphanGrace?: string | undefined;
  readonly drainTimeout?: string | undefined;
  readonly readyFile?: string | undefined;
  readonly exitWithParent?: boolean | undefined;
}

/** Where contents and attempts lie unless told otherwise. */
export const WORK_DIR_DEFAULT = '/tmp/__mlsql__';

/** Each flag, its variable, and what it is, for usage texts. */
export const EXECUTOR_FLAGS = [
  ['--coordinator HOST:PORT', 'MLSQL_CLUSTER', 'the coordinator to work for'],
  ['--name NAME', 'MLSQL_EXECUTOR_NAME', 'a name of its own; default: host name and process id'],
  ['--slots N', 'MLSQL_SLOTS', 'attempts at once; default: as many as there are processors'],
  ['--work-dir DIR', 'MLSQL_WORK_DIR', `cache and attempts; default: ${WORK_DIR_DEFAULT}`],
  ['--cache-bytes SIZE', 'MLSQL_CACHE_BYTES', 'quota of the cache; default: 20GiB'],
  ['--memory SIZE', 'MLSQL_MEMORY', 'memory for scripts; default: what the cgroup allows'],
  ['--token-file FILE', 'MLSQL_TOKEN_FILE', 'holds the cluster’s token (or MLSQL_TOKEN holds it)'],
  [
    '--join-token-file FILE',
    'MLSQL_JOIN_TOKEN_FILE',
    'holds a token that lets executors join, and nothing else',
  ],
  ['--tls-ca FILE', 'MLSQL_TLS_CA', 'whom to trust: the coordinator speaks TLS'],
  ['--tls-cert FILE', 'MLSQL_TLS_CERT', 'this executor’s certificate, where the coordinator asks for one'],
  ['--tls-key FILE', 'MLSQL_TLS_KEY', 'its key'],
  ['--python PATH', 'MLSQL_PYTHON', 'the default interpreter; default: the one that set-up made'],
  [
    '--orphan-grace TIME',
    'MLSQL_ORPHAN_GRACE',
    'how long scripts run on without a coordinator; default: 24h',
  ],
  [
    '--drain-timeout TIME',
    'MLSQL_DRAIN_TIMEOUT',
    'how long work goes on after SIGTERM before it is handed on; default: as long as it takes',
  ],
  [
    '--ready-file FILE',
    'MLSQL_READY_FILE',
    'is there while the coordinator gives this executor work: for health checks',
  ],
  ['--exit-with-parent', '', 'end when standard input ends'],
] as const;

/**
 * Splits a command line.
 * @throws MlsqlError MLSQL_USAGE_INVALID for an unknown flag or a missing value
 */
export function parseExecutorFlags(argv: readonly string[]): ExecutorFlags {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      options: {
        coordinator: text,
        name: text,
        slots: text,
        'work-dir': text,
        'cache-bytes': text,
        memory: text,
        'token-file': text,
        'join-token-file': text,
        'tls-ca': text,
        'tls-cert': text,
        'tls-key': text,
        python: text,
        'orphan-grace': text,
        'drain-timeout': text,
        'ready-file': text,
        'exit-with-parent': { type: 'boolean' },
      },
    });
    return {
      coordinator: values.coordinator,
      name: values.name,
      slots: values.slots,
      workDir: values['work-dir'],
      cacheBytes: values['cache-bytes'],
      memory: values.memory,
      tokenFile: values['token-file'],
      joinTokenFile: values['join-token-file'],
      tlsCa: values['tls-ca'],
      tlsCert: values['tls-cert'],
      tlsKey: values['tls-key'],
      python: values.python,
      orphanGrace: values['orphan-grace'],
      drainTimeout: values['drain-timeout'],
      readyFile: values['ready-file'],
      exitWithParent: values['exit-with-parent'],
    };
  } catch (error) {
    throw usage(
      error instanceof Error ? error.message : String(error),
      `flags: ${EXECUTOR_FLAGS.map(([flag]) => flag).join(', ')}`,
    );
  }
}

/**
 * The configuration of this process.
 * @throws MlsqlError MLSQL_USAGE_INVALID that names the flag, its variable, the rule and the value
 */
export function executorConfig(
  flags: ExecutorFlags,
  env: NodeJS.ProcessEnv,
  machine: Machine = inspectMachine(env),
): ExecutorConfig {
  const coordinator = checked(
    '--coordinator',
    'MLSQL_CLUSTER',
    flags.coordinator ?? env.MLSQL_CLUSTER,
    hostAndPort,
  );
  if (coordinator === undefined) {
    throw usage('no coordinator is named', 'give --coordinator HOST:PORT or set MLSQL_CLUSTER');
  }
  const slots = checked('--slots', 'MLSQL_SLOTS', flags.slots ?? env.MLSQL_SLOTS, positiveInteger);
  const workDir = flags.workDir ?? given(env.MLSQL_WORK_DIR) ?? WORK_DIR_DEFAULT;
  if (!isAbsolute(workDir)) {
    throw usage(
      `--work-dir (MLSQL_WORK_DIR) has to be an absolute path, got "${workDir}"`,
      'give the whole path',
    );
  }
  const size = (flag: string, variable: string, flagValue?: string): number | undefined =>
    checked(flag, variable, flagValue ?? env[variable], aSize);
  const tls = clientTls({
    ...env,
    MLSQL_TLS_CA: flags.tlsCa ?? env.MLSQL_TLS_CA,
    MLSQL_TLS_CERT: flags.tlsCert ?? env.MLSQL_TLS_CERT,
    MLSQL_TLS_KEY: flags.tlsKey ?? env.MLSQL_TLS_KEY,
  });
  return Object.freeze({
    coordinator,
    name:
      checked('--name', 'MLSQL_EXECUTOR_NAME', flags.name ?? env.MLSQL_EXECUTOR_NAME, aName) ?? defaultName(),
    token: readToken(flags, env),
    ...(tls !== undefined && { tls }),
    slots: slots ?? Math.max(1, Math.floor(machine.cpus)),
    cpus: machine.cpus,
    memoryBytes: size('--memory', 'MLSQL_MEMORY', flags.memory) ?? machine.memoryBytes,
    gpuDevices: Object.freeze([...machine.gpuDevices]),
    workDir,
    cacheBytes: size('--cache-bytes', 'MLSQL_CACHE_BYTES', flags.cacheBytes) ?? CACHE_DEFAULT_BYTES,
    python: flags.python ?? given(env.MLSQL_PYTHON),
    pythonMap: pythonMap(env.MLSQL_PYTHON_MAP ?? ''),
    attemptDiskBytes: size('', 'MLSQL_ATTEMPT_DISK_BYTES') ?? 0,
    orphanGraceMs:
      checked(
        '--orphan-grace',
        'MLSQL_ORPHAN_GRACE',
        flags.orphanGrace ?? env.MLSQL_ORPHAN_GRACE,
        aDuration,
      ) ?? ORPHAN_GRACE_DEFAULT_MS,
    drainTimeoutMs:
      checked(
        '--drain-timeout',
        'MLSQL_DRAIN_TIMEOUT',
        flags.drainTimeout ?? env.MLSQL_DRAIN_TIMEOUT,
        aDuration,
      ) ?? 0,
    readyFile: flags.readyFile ?? given(env.MLSQL_READY_FILE),
    exitWithParent: flags.exitWithParent ?? false,
    environment: Object.freeze(
      Object.fromEntries(
        Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    ),
  });
}

/** The first that is given, a join token before the cluster's. A token never stands on a command line. */
function readToken(flags: ExecutorFlags, env: NodeJS.ProcessEnv): string {
  if (flags.joinTokenFile !== undefined) return tokenIn(flags.joinTokenFile, '--join-token-file');
  if (flags.tokenFile !== undefined) return tokenIn(flags.tokenFile, '--token-file');
  for (const name of ['MLSQL_JOIN_TOKEN', 'MLSQL_TOKEN']) {
    const [text, file] = [given(env[name]), given(env[`${name}_FILE`])];
    if (text !== undefined) return tokenToSend(text, Date.now());
    if (file !== undefined) return tokenIn(file, `${name}_FILE`);
  }
  return '';
}

function tokenIn(file: string, setting: string): string {
  try {
    return tokenToSend(readFileSync(file, 'utf8'), Date.now());
  } catch (error) {
    throw new MlsqlError(
      'MLSQL_USAGE_INVALID',
      `the token file ${file} cannot be read: ${(error as Error).message}`,
      { hint: `${setting} names a file that this user can read`, cause: error },
    );
  }
}

/** `/old/python=/new/python`, several separated by commas. */
function pythonMap(text: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const split = pair.indexOf('=');
    const from = pair.slice(0, split).trim();
    const to = pair.slice(split + 1).trim();
    if (split < 1 || to === '') {
      throw usage(`MLSQL_PYTHON_MAP has to be OLD=NEW, several separated by commas, got "${pair.trim()}"`);
    }
    map.set(from, to);
  }
  return map;
}

interface Rule<T> {
  readonly name: string;
  readonly parse: (text: string) => T | undefined;
}
const hostAndPort: Rule<string> = {
  name: 'HOST:PORT',
  parse: (text) => (/^(\[[0-9a-fA-F:.%\w]+\]|[^\s:/]+):\d{1,5}$/.test(text) ? text : undefined),
};
const positiveInteger: Rule<number> = {
  name: 'a whole number from 1',
  parse: (text) => (/^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined),
};
const aSize: Rule<number> = { name: 'a size such as 512MB or 4GiB', parse: parseSize };
const aDuration: Rule<number> = {
  name: 'a time such as 90s, 15m or 6h',
  parse: (text) => {
    try {
      return parseTimeout(text);
    } catch {
      return undefined;
    }
  },
};
const aName: Rule<string> = {
  name: 'at most 100 letters, digits, dots, dashes and underscores',
  parse: (text) => (/^[\p{L}\p{N}._-]{1,100}$/u.test(text) ? text : undefined),
};

function checked<T>(flag: string, variable: string, text: string | undefined, rule: Rule<T>): T | undefined {
  const value = given(text?.trim());
  if (value === undefined) return undefined;
  const parsed = rule.parse(value);
  if (parsed !== undefined) return parsed;
  throw usage(`${flag === '' ? variable : `${flag} (${variable})`} has to be ${rule.name}, got "${value}"`);
}

/** An empty variable counts as none, as in compose files with `KEY=`. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function defaultName(): string {
  return `${hostname().replace(/[^\p{L}\p{N}._-]/gu, '-')}-${process.pid}`.slice(-100);
}

function usage(message: string, hint = 'mlsql executor --help lists the flags'): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', message, { hint });
}
