// A cluster of single processes for one test file: a coordinator and executors that a test starts, kills and starts again,
// and `mlsql …` run against them.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DIST_ROOT } from '../../shared/paths.js';
import { asRunResult, type CliResult, cleanEnv, collect, MLSQL, type RunResult } from './embedded-cluster.js';

const TOKEN = 'token-of-the-process-cluster';

/** A process with what it said. */
export class Process {
  /** Standard error so far. */
  errors = '';
  readonly ended: Promise<number | string | null>;

  constructor(readonly child: ChildProcess) {
    child.stderr?.on('data', (chunk) => {
      this.errors += String(chunk);
    });
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  }

  get pid(): number {
    return this.child.pid!;
  }

  get runs(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Ends it and waits until it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

export class ProcessCluster {
  readonly token = TOKEN;
  readonly root = mkdtempSync(join(tmpdir(), 'mlsql-cluster-'));
  readonly scripts = join(this.root, 'scripts');
  readonly store = join(this.root, 'store');
  readonly #processes: Process[] = [];
  #scriptNumber = 0;

  private constructor(
    readonly address: string,
    private readonly httpAddress: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly storeUrl: string | undefined,
  ) {}

  /**
   * @param env - for all processes
   * @param storeUrl - default: a folder of its own
   */
  static async make(env: Readonly<Record<string, string>> = {}, storeUrl?: string): Promise<ProcessCluster> {
    const [rpc, http] = [await freePort(), await freePort()];
    const cluster = new ProcessCluster(`127.0.0.1:${rpc}`, `127.0.0.1:${http}`, env, storeUrl);
    for (const folder of [cluster.scripts, cluster.store]) mkdirSync(folder);
    return cluster;
  }

  /** Starts the coordinator and waits until it is ready. */
  async coordinator(options: { state?: string; flags?: readonly string[] } = {}): Promise<Process> {
    const started = this.launch('coordinator', options);
    const line = await started.line;
    if (line === undefined) throw new Error(`the coordinator ended: ${started.process.errors}`);
    return started.process;
  }

  /** Starts a coordinator; `line` is the first that it prints, undefined where it ends without one. */
  launch(
    name: string,
    {
      state = 'state',
      flags = [],
      env = {},
    }: { state?: string; flags?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
  ): { process: Process; line: Promise<string | undefined> } {
    const args = [
      join(DIST_ROOT, `${name}/main.js`),
      ...['--listen', this.address, '--http', this.httpAddress],
      ...['--store', this.storeUrl ?? `file://${this.store}`, '--state', join(this.root, state)],
      ...flags,
    ];
    const process = this.#spawn(args, env);
    const lines = createInterface({ input: process.child.stdout! });
    const line = new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve).once('close', () => resolve(undefined));
    });
    return { process, line };
  }

  /** @param env - for this process alone */
  executor(
    name: string,
    slots = 1,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Process {
    const args = [
      join(DIST_ROOT, 'executor/main.js'),
      ...['--coordinator', this.address, '--name', name, '--slots', String(slots)],
      ...['--work-dir', join(this.root, `work-${name}`)],
      ...flags,
    ];
    return this.#spawn(args, env);
  }

  file(name: string, content: string): string {
    const path = join(this.scripts, name);
    writeFileSync(path, content);
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.scripts, name), 'utf8');
  }

  /** Runs a script as `mlsql run FILE --json`. */
  async run(script: string, ...flags: string[]): Promise<RunResult> {
    this.#scriptNumber += 1;
    const path = this.file(`script-${this.#scriptNumber}.mlsql`, script);
    return asRunResult(await this.cli('run', path, '--json', ...flags));
  }

  /** Runs any `mlsql` command against the cluster, to its end. */
  cli(...args: string[]): Promise<CliResult> {
    const to = args[0] === 'state' ? [] : ['--cluster', this.address];
    return collect(
      spawn(MLSQL, [...args, ...to], {
        cwd: this.scripts,
        env: this.#env,
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
  }

  /** Runs `mlsql doctor --json`. @param env - for this process alone */
  doctor(env: NodeJS.ProcessEnv): Promise<CliResult> {
    return this.mlsql(['doctor', '--json'], env);
  }

  /** Runs any `mlsql` command as it stands. @param env - for this process alone */
  mlsql(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
    return collect(
      spawn(MLSQL, [...args], {
        cwd: this.scripts,
        env: { ...this.#env, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
  }

  /** Ends all processes and removes everything they left, unless somebody wants to look at it. */
  async stop({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    await Promise.all(this.#processes.filter((process) => process.runs).map((process) => process.kill()));
    if (!keep) rmSync(this.root, { recursive: true, force: true });
  }

  get #env(): NodeJS.ProcessEnv {
    return cleanEnv({ MLSQL_TOKEN: TOKEN, MLSQL_LOG_LEVEL: 'info', ...this.env });
  }

  #spawn(args: readonly string[], env: Readonly<Record<string, string>>): Process {
    const child = spawn(process.execPath, [...args], {
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new Process(child);
    child.stdout!.resume();
    this.#processes.push(started);
    return started;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** Resolves when the condition holds, looked at often; fails with what `state` says when it never does. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  patienceMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`this never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
