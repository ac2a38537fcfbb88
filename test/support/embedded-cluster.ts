// An embedded cluster of real processes for one test file: a home and work folder of its own, `mlsql up`, and `mlsql …` run
// against it as a user would.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DIST_ROOT } from '../../shared/paths.js';

export const MLSQL = join(DIST_ROOT, 'client/cli/main.js');

/** One line of `mlsql run --json`. */
// biome-ignore lint/suspicious/noExplicitAny: tests read the events' fields as they come, the contract names them.
export type CliEvent = Record<string, any> & { event: string };

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunResult extends CliResult {
  readonly events: readonly CliEvent[];
  /** Rows of the last table event. */
  // biome-ignore lint/suspicious/noExplicitAny: rows have the script's own columns.
  readonly rows: readonly Record<string, any>[];
  /** The first error event. */
  readonly error: CliEvent | undefined;
  readonly warnings: readonly CliEvent[];
}

export interface ClusterOptions {
  readonly executors?: number;
  readonly slots?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export class EmbeddedCluster {
  readonly root: string;
  readonly home: string;
  readonly workDir: string;
  /** Scripts and the files beside them. */
  readonly scripts: string;
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #output = '';
  #scriptNumber = 0;

  private constructor(private readonly options: ClusterOptions) {
    this.root = mkdtempSync(join(tmpdir(), 'mlsql-e2e-'));
    this.home = join(this.root, 'home');
    this.workDir = join(this.root, 'work');
    this.scripts = join(this.root, 'scripts');
    this.#env = cleanEnv({ MLSQL_HOME: this.home, MLSQL_WORK_DIR: this.workDir, ...options.env });
  }

  static async start(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
    const cluster = new EmbeddedCluster(options);
    await mkdir(cluster.scripts, { recursive: true });
    await cluster.#up();
    return cluster;
  }

  /** Pids of the `mlsql up` process. */
  get pid(): number {
    return this.#process!.pid!;
  }

  /** What `mlsql up` printed so far. */
  get output(): string {
    return this.#output;
  }

  get token(): string {
    return readFileSync(join(this.home, 'token'), 'utf8').trim();
  }

  /** Writes a file beside the scripts and returns its path. */
  async file(name: string, content: string | Buffer): Promise<string> {
    const path = join(this.scripts, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  /** Runs a script as `mlsql run FILE --json`. */
  async run(script: string, ...flags: string[]): Promise<RunResult> {
    this.#scriptNumber += 1;
    const path = await this.file(`script-${this.#scriptNumber}.mlsql`, script);
    return asRunResult(await this.cli(['run', path, '--json', ...flags]));
  }

  /** Runs any `mlsql` command to its end. */
  cli(
    args: readonly string[],
    options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
  ): Promise<CliResult> {
    return collect(this.spawn(args, options), options.input);
  }

  /** Starts an `mlsql` command. */
  spawn(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): ChildProcess {
    return spawn(MLSQL, [...args], {
      cwd: options.cwd ?? this.scripts,
      env: { ...this.#env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Ends the cluster and removes everything it left. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.root, { recursive: true, force: true });
  }

  async #up(): Promise<void> {
    const { executors = 2, slots = 1 } = this.options;
    const child = spawn(
      MLSQL,
      [
        'up',
        '--home',
        this.home,
        '--executors',
        `${executors}`,
        '--slots',
        `${slots}`,
        '--grpc-port',
        '0',
        '--http-port',
        '0',
      ],
      {
        env: this.#env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#process = child;
    child.stderr?.on('data', (chunk) => {
      this.#output += String(chunk);
    });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`mlsql up ended with ${code}:\n${this.#output}`)));
      createInterface({ input: child.stdout! }).on('line', (line) => {
        this.#output += `${line}\n`;
        if (/\bready\b/.test(line)) resolve();
      });
    });
    child.removeAllListeners('exit');
  }
}

/** The tests' environment without what would lead to another cluster. */
export function cleanEnv(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('MLSQL_'));
  return { ...Object.fromEntries(kept), ...more };
}

export async function collect(child: ChildProcess, input?: string): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode));
  });
  return { code, stdout, stderr };
}

/** Reads the JSON lines of a run. Anything else on standard output fails the test that reads it. */
export function asRunResult(result: CliResult): RunResult {
  const events = result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CliEvent);
  const tables = events.filter((event) => event.event === 'table');
  return {
    ...result,
    events,
    rows: tables.at(-1)?.rows ?? [],
    error: events.find((event) => event.event === 'error'),
    warnings: events.filter((event) => event.event === 'warning'),
  };
}
