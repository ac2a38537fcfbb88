// One process of an embedded cluster: started with its log file, ready when it says so, asked to end in order.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ERROR_KINDS, type ErrorCode, MlsqlError } from '../../shared/errors.js';

/** A log file larger than this is set aside (NAME.1) when the process starts. */
const LOG_KEEP_BYTES = 10 * 1024 * 1024;
const READY_TIMEOUT_MS = 60_000;
/** A process whose input has ended leaves at once; this long it may take. */
const LEAVE_PATIENCE_MS = 3_000;
const TAIL_LINES = 15;

/** How a process ended that was done, or was asked to end. */
export const EXIT_IN_ORDER = 'exit code 0';

export interface ChildSpec {
  /** For messages: coordinator, executor-1. */
  readonly name: string;
  /** The program's compiled main file. */
  readonly main: string;
  readonly args: readonly string[];
  readonly logFile: string;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** What it said when it was ready. Rejects with an MlsqlError where it ended instead. */
  readonly ready: Promise<Record<string, unknown>>;
  /** Resolves with how it ended, in words. */
  readonly exited: Promise<string>;
  /**
   * Asks it to end, and waits until it has.
   * @param graceMs - to end in order; then it is told to leave as it is, and where it does not do that it is killed
   */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts a process that ends with this one: its standard input is a pipe that breaks when we are gone. It has a session
 * of its own, so that Ctrl-C on the terminal reaches it through us only, in order.
 */
export function startChild(spec: ChildSpec): Child {
  const { fd, offset } = openLog(spec.logFile);
  const child = spawn(process.execPath, [spec.main, ...spec.args], {
    stdio: ['pipe', 'pipe', fd],
    detached: true,
    env: ownEnvironment(process.env),
  });
  closeSync(fd);
  // Writing to a process that is gone is no news: its exit tells.
  child.stdin!.on('error', () => undefined);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const ready = readyLine(child, spec, exited, offset);
  // Handled by whoever awaits it; a child that fails while nobody does must not end us.
  ready.catch(() => undefined);
  return {
    name: spec.name,
    pid: child.pid ?? 0,
    ready,
    exited,
    stop: (graceMs) => stop(child, exited, graceMs),
  };
}

/** These speak to each other on loopback, with the home's own token: settings for another cluster are none for them. */
function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !/^MLSQL_(TLS|JOIN_TOKEN)/.test(name));
  return Object.fromEntries(others);
}

function readyLine(
  child: ChildProcess,
  spec: ChildSpec,
  exited: Promise<string>,
  logOffset: number,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new MlsqlError('MLSQL_CLUSTER_SETUP', `${spec.name} was not ready in ${READY_TIMEOUT_MS / 1000} s`, {
          hint: `see ${spec.logFile}`,
        }),
      );
    }, READY_TIMEOUT_MS);
    void exited.then((how) => {
      clearTimeout(timer);
      reject(startFailure(spec, how, logOffset));
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const message = parseObject(line);
      if (message?.ready !== true) return;
      clearTimeout(timer);
      resolve(message);
    });
  });
}

/** What the process said about its end, with the code it gave where it gave one. */
function startFailure(spec: ChildSpec, how: string, logOffset: number): MlsqlError {
  const lines = readFrom(spec.logFile, logOffset).trimEnd().split('\n').slice(-TAIL_LINES);
  for (const [index, line] of lines.entries()) {
    const [, code, message] = /^(MLSQL_[A-Z_]+): (.+)$/.exec(line) ?? [];
    if (code === undefined || message === undefined || !(code in ERROR_KINDS)) continue;
    const hint = lines[index + 1]?.startsWith('  ') ? lines[index + 1]!.trim() : undefined;
    return new MlsqlError(code as ErrorCode, message, { ...(hint !== undefined && { hint }) });
  }
  return new MlsqlError('MLSQL_CLUSTER_SETUP', `${spec.name} ended at its start (${how})`, {
    hint: `see ${spec.logFile}`,
    traceback: lines.join('\n'),
  });
}

async function stop(child: ChildProcess, exited: Promise<string>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  // Its input stays open meanwhile: to the process, the end of it says that we are gone and that there is no time.
  let timer = setTimeout(() => {
    child.stdin!.end();
    timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_PATIENCE_MS);
  }, graceMs);
  await exited;
  clearTimeout(timer);
  child.stdin!.end();
}

function openLog(file: string): { fd: number; offset: number } {
  const info = statSync(file, { throwIfNoEntry: false });
  if (info !== undefined && info.size > LOG_KEEP_BYTES) renameSync(file, `${file}.1`);
  const fd = openSync(file, 'a', 0o600);
  return { fd, offset: fstatSync(fd).size };
}

function readFrom(file: string, offset: number): string {
  try {
    return readFileSync(file).subarray(offset).toString('utf8');
  } catch {
    return '';
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
