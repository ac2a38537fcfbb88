// The coordinator's settings: flags first, then their MLSQL_… twins, then defaults; checked once, then frozen.
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MlsqlError } from '../shared/errors.js';
import { SETUP_PYTHON } from '../shared/paths.js';
import { type ServerTls, serverTls } from '../shared/rpc/tls.js';
import type { TokenSetting } from './api/token-source.js';

export interface CoordinatorConfig {
  /** gRPC address; port 0: any free one. */
  readonly listen: HostPort;
  readonly http: HostPort;
  /** `file:///dir`. */
  readonly storeUrl: string;
  readonly stateDir: string;
  /** Where SQL spills and parts are written before they go to the store. */
  readonly spoolDir: string;
  /** No token in it only with insecure, or where clients show certificates. */
  readonly tokens: TokenSetting;
  /** Of executors; absent: they use the cluster's. */
  readonly joinTokens?: TokenSetting;
  /** Absent: plain connections. */
  readonly tls?: ServerTls;
  readonly insecure: boolean;
  /** End when standard input ends: whoever started this process is gone. */
  readonly exitWithParent: boolean;
  /** Interpreter for the coordinator's own Python (the SQL translator): set-up's, or where that is missing MLSQL_PYTHON. */
  readonly pythonPath: string;
  /** Defaults for every run's variables, from MLSQL_SET_name. */
  readonly variableDefaults: ReadonlyMap<string, string>;
  /** Runs outlive this process also where it is told to end: the next one goes on with them. */
  readonly keepRuns: boolean;
  /** Runs that an earlier coordinator left stay as they are: this one is there for a look, and has no executors. */
  readonly holdRuns: boolean;
  /** Take the store from whoever holds it, and from whatever state it belongs to. */
  readonly takeOver: boolean;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Between SIGTERM and SIGKILL for an attempt. */
  readonly graceMs: number;
  /** Shares of the slots among users, from MLSQL_USER_WEIGHTS; 1 where not named. */
  readonly userWeights: ReadonlyMap<string, number>;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const FLAGS = {
  listen: { type: 'string' },
  http: { type: 'string' },
  store: { type: 'string' },
  state: { type: 'string' },
  spool: { type: 'string' },
  'token-file': { type: 'string' },
  'join-token-file': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-client-ca': { type: 'string' },
  insecure: { type: 'boolean' },
  'exit-with-parent': { type: 'boolean' },
  'take-over': { type: 'boolean' },
  'keep-runs': { type: 'boolean' },
  'hold-runs': { type: 'boolean' },
} as const;

/**
 * Reads the flags of `mlsql coordinator`.
 * @throws MlsqlError MLSQL_USAGE_INVALID that names the flag or variable, and the rule it breaks
 */
export function readCoordinatorConfig(args: readonly string[], env: NodeJS.ProcessEnv): CoordinatorConfig {
  const flags = parseFlags(args);
  const text = (flag: keyof typeof FLAGS, name: string): string | undefined => {
    const value = flags[flag];
    return typeof value === 'string' ? value : env[name];
  };
  const listen = parseHostPort('--listen', text('listen', 'MLSQL_LISTEN') ?? '127.0.0.1:50051');
  const http = parseHostPort('--http', text('http', 'MLSQL_HTTP') ?? '127.0.0.1:9003');
  const storeUrl = text('store', 'MLSQL_STORE');
  if (storeUrl === undefined) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', 'the coordinator needs a store: --store or MLSQL_STORE', {
      hint: 'for example --store file:///var/lib/mlsql/store',
    });
  }
  const state = text('state', 'MLSQL_STATE');
  if (state === undefined) {
    throw new MlsqlError(
      'MLSQL_USAGE_INVALID',
      'the coordinator needs a folder for its state: --state or MLSQL_STATE',
      {
        hint: 'for example --state /var/lib/mlsql/state',
      },
    );
  }
  const insecure = flags.insecure ?? env.MLSQL_INSECURE === '1';
  const tls = serverTls({
    cert: text('tls-cert', 'MLSQL_TLS_CERT'),
    key: text('tls-key', 'MLSQL_TLS_KEY'),
    ca: text('tls-client-ca', 'MLSQL_TLS_CLIENT_CA'),
  });
  const tokens = tokenSetting(text('token-file', 'MLSQL_TOKEN_FILE'), env.MLSQL_TOKEN) ?? { text: '' };
  const joinTokens = tokenSetting(text('join-token-file', 'MLSQL_JOIN_TOKEN_FILE'), env.MLSQL_JOIN_TOKEN);
  if ('text' in tokens && tokens.text === '' && !insecure && tls?.clientCa === undefined) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', 'the coordinator refuses to start without a token', {
      hint: 'give --token-file FILE or MLSQL_TOKEN, --tls-client-ca for clients that show certificates, or say --insecure if everyone who reaches the port may do everything',
    });
  }
  if (joinTokens !== undefined && 'text' in tokens && tokens.text === '')
    throw new MlsqlError('MLSQL_USAGE_INVALID', 'a join token is given, and no token of the cluster', {
      hint: 'without --token-file or MLSQL_TOKEN every call is allowed: give one, or leave the join token out',
    });
  const stateDir = resolve(state);
  return Object.freeze({
    listen,
    http,
    storeUrl,
    stateDir,
    spoolDir: resolve(text('spool', 'MLSQL_SPOOL') ?? join(stateDir, 'spool')),
    tokens,
    ...(joinTokens !== undefined && { joinTokens }),
    ...(tls !== undefined && { tls }),
    insecure,
    exitWithParent: flags['exit-with-parent'] ?? false,
    keepRuns: flags['keep-runs'] ?? false,
    holdRuns: flags['hold-runs'] ?? false,
    takeOver: flags['take-over'] ?? env.MLSQL_TAKE_OVER === '1',
    // MLSQL_PYTHON is for scripts: an environment of the user's need not hold what the translator imports.
    pythonPath: existsSync(SETUP_PYTHON) ? SETUP_PYTHON : env.MLSQL_PYTHON || 'python3',
    variableDefaults: variableDefaults(env),
    ...leaseTimes(env),
    graceMs: positiveNumber(env, 'MLSQL_GRACE_MS', 10_000),
    userWeights: userWeights(env),
  });
}

/** True where only this machine reaches the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (error) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', (error as Error).message, {
      hint: 'see mlsql coordinator --help',
    });
  }
}

/** `host:port`, `[v6]:port` or `:port` (all addresses). */
function parseHostPort(flag: string, text: string): HostPort {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', `${flag} takes HOST:PORT, got "${text}"`, {
      hint: 'for example 127.0.0.1:50051',
    });
  }
  return { host: match[1] ?? (match[2] === '' || match[2] === undefined ? '0.0.0.0' : match[2]), port };
}

function tokenSetting(file: string | undefined, text: string | undefined): TokenSetting | undefined {
  if (file) return { file };
  return text?.trim() ? { text } : undefined;
}

function variableDefaults(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const defaults = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('MLSQL_SET_') && value !== undefined)
      defaults.set(name.slice('MLSQL_SET_'.length), value);
  }
  return defaults;
}

/** `ada=2,bob=0.5`. */
function userWeights(env: NodeJS.ProcessEnv): ReadonlyMap<string, number> {
  const text = env.MLSQL_USER_WEIGHTS?.trim() ?? '';
  const weights = new Map<string, number>();
  for (const part of text === '' ? [] : text.split(',')) {
    const at = part.lastIndexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    const weight = at < 0 || part.slice(at + 1).trim() === '' ? Number.NaN : Number(part.slice(at + 1));
    if (name === '' || !(weight >= 0.01 && weight <= 1000)) {
      throw new MlsqlError(
        'MLSQL_USAGE_INVALID',
        `MLSQL_USER_WEIGHTS takes USER=WEIGHT,… with weights from 0.01 to 1000, got "${part}"`,
        { hint: 'for example MLSQL_USER_WEIGHTS=ada=2,bob=1' },
      );
    }
    weights.set(name, weight);
  }
  return weights;
}

function leaseTimes(env: NodeJS.ProcessEnv): { leaseMs: number; heartbeatMs: number } {
  const leaseMs = positiveNumber(env, 'MLSQL_LEASE_MS', 10_000);
  const heartbeatMs = positiveNumber(env, 'MLSQL_HEARTBEAT_MS', 2_000);
  if (leaseMs >= 2 * heartbeatMs) return { leaseMs, heartbeatMs };
  throw new MlsqlError(
    'MLSQL_USAGE_INVALID',
    `MLSQL_LEASE_MS (${leaseMs}) has to be at least twice MLSQL_HEARTBEAT_MS (${heartbeatMs})`,
    { hint: 'a lease that ends between two heartbeats would lose every executor again and again' },
  );
}

function positiveNumber(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) {
    throw new MlsqlError(
      'MLSQL_USAGE_INVALID',
      `${name} takes a number of milliseconds above 0, got "${text}"`,
    );
  }
  return value;
}
