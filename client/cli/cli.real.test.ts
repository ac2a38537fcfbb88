// The command's life with real clusters: how they start, are shared, interrupted, killed, and what is left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DIST_ROOT, PRODUCT_ROOT } from '../../shared/paths.js';

const MLSQL = join(DIST_ROOT, 'client/cli/main.js');
const SLOW_SCRIPT = `
set rows='''{"x":1}''';
load jsonStr.\`rows\` as t;
train t as PythonAlg.\`/m\` options pythonScriptPath="./slow.py";
`;
/** Tells that it runs, then stays; asked to end, it takes a while, and leaves a mark with which the next one goes on. */
const THOROUGH_PYTHON = `
import os, signal, sys, time, mlsql
mark = os.path.join(mlsql.internal_system_param["checkpointPath"], "mark")
def end(*_):
    time.sleep(2)
    open(mark, "w").close()
    print("it has cleared up", flush=True)
    os._exit(1)
if os.path.exists(mark):
    print("it goes on", flush=True)
    p = mlsql.internal_system_param["tempModelLocalPath"]
    os.makedirs(p)
    open(p + "/m", "w").write("m")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("it runs as", os.getpid(), flush=True)
time.sleep(600)
`;
/** Tells that it is up beside its gate, saves a model once that is open. */
const GATED_PYTHON = `
import os, time, mlsql
open(GATE + ".up", "w").close()
while not os.path.exists(GATE):
    time.sleep(0.02)
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
open(p + "/m", "w").write("m")
`;
/** Tells that it runs, then stays. */
const SLOW_PYTHON = 'import time\nprint("it runs", flush=True)\ntime.sleep(600)\n';

let root: string;
let home: string;
const processes: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mlsql-cli-real-'));
  home = join(root, 'home');
  mkdirSync(join(root, 'scripts'));
  file('slow.py', SLOW_PYTHON);
  file('slow.mlsql', SLOW_SCRIPT);
});
afterEach(async () => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  await nothingLeft();
  rmSync(root, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => { stdout: string; stderr: string };
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  says(text: string): Promise<void>;
}

function mlsql(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = join(root, 'scripts'),
  ownGroup = false,
): Started {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('MLSQL_'));
  const child = spawn(MLSQL, args, {
    cwd,
    env: { ...Object.fromEntries(clean), MLSQL_HOME: home, MLSQL_WORK_DIR: join(root, 'work'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: ownGroup,
  });
  processes.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const output = (): { stdout: string; stderr: string } => ({ stdout, stderr });
  return {
    child,
    output,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...output() }))),
    says: async (text) => {
      await vi.waitFor(() => expect(stdout + stderr).toContain(text), { timeout: 60_000, interval: 20 });
    },
  };
}

function file(name: string, text: string): void {
  writeFileSync(join(root, 'scripts', name), text);
}

/** Every process of this test names its folder in its arguments or runs in it. */
function processesLeft(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(root) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

async function nothingLeft(): Promise<void> {
  await vi.waitFor(() => expect(processesLeft().join('\n')).toBe(''), { timeout: 60_000, interval: 50 });
}

describe('mlsql up', () => {
  it('says where it listens, is found by others, keeps its home for itself, and leaves nothing running', async () => {
    const up = mlsql(['up', '--grpc-port', '0', '--http-port', '0', '--json']);
    await up.says('"event":"ready"');
    const ready = JSON.parse(up.output().stdout);
    expect(ready).toMatchObject({ event: 'ready', executors: 2, pid: up.child.pid });
    expect(statSync(join(home, 'token')).mode & 0o777).toBe(0o600);

    const executors = await mlsql(['executors', '--json']).ended;
    expect(executors.stderr).toContain(`using the cluster at ${ready.grpc}`);
    expect(
      executors.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).name)
        .sort(),
    ).toEqual(['executor-1', 'executor-2']);

    const second = await mlsql(['up', '--json', '--grpc-port', '0', '--http-port', '0']).ended;
    expect(second.code).toBe(1);
    expect(JSON.parse(second.stdout)).toMatchObject({ event: 'error', code: 'MLSQL_CLUSTER_HOME_BUSY' });

    const taken = await mlsql(['up', '--home', join(root, 'other'), '--grpc-port', ready.grpc.split(':')[1]])
      .ended;
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain('the port is taken');

    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
    expect(existsSync(join(home, 'cluster.json'))).toBe(false);
    await nothingLeft();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends at %s, and goes on at its next start: the script has its grace, its checkpoint stays',
    async (signal) => {
      file('thorough.py', THOROUGH_PYTHON);
      file(
        'thorough.mlsql',
        SLOW_SCRIPT.replace(
          'pythonScriptPath="./slow.py"',
          'pythonScriptPath="./thorough.py" and keepVersion="true"',
        ),
      );
      // A process group of its own, as a terminal gives it, so that the signal can go to the group as Ctrl-C does.
      const up = mlsql(['up', '--grpc-port', '0', '--http-port', '0'], {}, undefined, true);
      await up.says('ready');
      const run = mlsql(['run', 'thorough.mlsql', '--json']);
      await run.says('it runs as');
      const script = Number(/it runs as (\d+)/.exec(run.output().stdout)![1]);
      expect(existsSync(`/proc/${script}`)).toBe(true);
      const cluster = processesLeft().map((line) => Number(line.split(' ')[0]));
      expect(cluster).toContain(JSON.parse(readFileSync(join(home, 'cluster.json'), 'utf8')).coordinatorPid);

      process.kill(-up.child.pid!, signal);
      expect((await up.ended).code).toBe(0);
      expect(existsSync(`/proc/${script}`)).toBe(false);
      run.child.kill('SIGKILL');
      await run.ended;
      await nothingLeft();
      const logged = await mlsql(['jobs', 'ls']).ended;
      expect(logged.stderr).toContain('mlsql up goes on with runs that are not done');
      const again = mlsql(['up', '--grpc-port', '0', '--http-port', '0'], {}, undefined, true);
      await again.says('ready');
      const runs = await mlsql(['runs', 'ls', '--json']).ended;
      const { runId } = JSON.parse(runs.stdout.trim().split('\n')[0]!) as { runId: string };
      const done = await mlsql(['run', 'thorough.mlsql', '--run-id', runId, '--json']).ended;
      expect(done.stdout).toContain('it has cleared up');
      expect(done.stdout).toContain('it goes on');
      expect(done.stdout).toMatch(/"status":"success".*"attempts":2|"attempts":2.*"status":"success"/);
      process.kill(-again.child.pid!, signal);
      expect((await again.ended).code).toBe(0);
      await nothingLeft();
    },
  );

  it('may be killed: its processes end, and the home can be used at once', async () => {
    const first = mlsql(['up', '--grpc-port', '0', '--http-port', '0', '--executors', '1']);
    await first.says('ready');
    first.child.kill('SIGKILL');
    const second = mlsql(['up', '--grpc-port', '0', '--http-port', '0', '--executors', '1']);
    await second.says('ready');
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
    await nothingLeft();
  });

  it('may be killed while it works: the next one goes on with what ran', async () => {
    const gate = join(root, 'gate');
    file('gated.py', GATED_PYTHON.replaceAll('GATE', JSON.stringify(gate)));
    file('gated.mlsql', SLOW_SCRIPT.replace('slow.py', 'gated.py'));
    const args = ['up', '--grpc-port', '0', '--http-port', '0', '--executors', '1'];
    const first = mlsql(args);
    await first.says('ready');
    await mlsql(['run', 'gated.mlsql', '--run-id', 'gated', '--detach']).ended;
    await vi.waitFor(() => expect(existsSync(`${gate}.up`)).toBe(true), { timeout: 60_000, interval: 20 });
    first.child.kill('SIGKILL');
    await nothingLeft();
    writeFileSync(gate, '');
    const second = mlsql(args);
    await second.says('ready');
    const { code, stdout, stderr } = await mlsql(['runs', 'attach', 'gated', '--json']).ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('"attempts":2');
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
    await nothingLeft();
  });

  it('starts an executor again that was killed', async () => {
    const up = mlsql(['up', '--grpc-port', '0', '--http-port', '0', '--executors', '1']);
    await up.says('ready');
    const pid = async (): Promise<number | undefined> => {
      const { stdout } = await mlsql(['executors', '--json']).ended;
      const executors = stdout
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
      return executors.find((executor) => executor.state === 'ready')?.pid;
    };
    const before = (await pid())!;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(async () => expect([undefined, before]).not.toContain(await pid()), {
      timeout: 60_000,
      interval: 100,
    });
    up.child.kill('SIGINT');
    await up.ended;
  });

  it('leaves an executor away that was drained, says so to what waits, and goes on with one that the user starts', async () => {
    const up = mlsql(['up', '--grpc-port', '0', '--http-port', '0', '--json']);
    await up.says('ready');
    for (const name of ['executor-1', 'executor-2']) {
      expect((await mlsql(['executors', 'drain', name]).ended).code).toBe(0);
      await vi.waitFor(
        async () => {
          const { stdout } = await mlsql(['executors', 'ls']).ended;
          expect(stdout).toMatch(new RegExp(`${name} +drained`));
        },
        { timeout: 60_000, interval: 100 },
      );
    }
    file('quick.py', 'print("done")\n');
    file('quick.mlsql', SLOW_SCRIPT.replace('./slow.py', './quick.py'));
    const run = mlsql(['run', 'quick.mlsql', '--json']);
    await run.says('waits for an executor: none is connected, 2 drained; start one with mlsql executor');
    mlsql(
      ['executor', '--coordinator', JSON.parse(up.output().stdout).grpc, '--name', 'own', '--slots', '1'],
      { MLSQL_TOKEN_FILE: join(home, 'token') },
    );
    expect((await run.ended).code).toBe(0);
    expect(new Set(run.output().stdout.match(/"executor":"[^"]*"/g))).toEqual(new Set(['"executor":"own"']));
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
  });

  it('goes on when its coordinator dies, where it was', async () => {
    const up = mlsql(['up', '--grpc-port', '0', '--http-port', '0', '--executors', '1']);
    await up.says('ready');
    const record = (): { coordinatorPid: number; address: string; httpAddress: string } =>
      JSON.parse(readFileSync(join(home, 'cluster.json'), 'utf8'));
    const before = record();
    process.kill(before.coordinatorPid, 'SIGKILL');
    await vi.waitFor(
      async () => {
        expect(record().coordinatorPid).not.toBe(before.coordinatorPid);
        const { stdout } = await mlsql(['executors', 'ls', '--json']).ended;
        expect(stdout).toContain('"state":"ready"');
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(record()).toMatchObject({ address: before.address, httpAddress: before.httpAddress });
    // The next one dies before it is ready.
    const second = record().coordinatorPid;
    process.kill(second, 'SIGKILL');
    const other = (pid: number) => (): void => expect(record().coordinatorPid).not.toBe(pid);
    await vi.waitFor(other(second), { timeout: 60_000, interval: 1 });
    const third = record().coordinatorPid;
    process.kill(third, 'SIGKILL');
    await vi.waitFor(other(third), { timeout: 60_000, interval: 20 });
    await vi.waitFor(
      async () =>
        expect((await mlsql(['executors', 'ls', '--json']).ended).stdout).toContain('"state":"ready"'),
      { timeout: 60_000, interval: 100 },
    );
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
    await nothingLeft();
  });
});

describe('mlsql run without a cluster', () => {
  it('names an MLSQL_PYTHON that cannot be used, and leaves nothing running', async () => {
    file('one.mlsql', 'select 1 as a;\n');
    const run = await mlsql(['run', 'one.mlsql', '--json'], { MLSQL_PYTHON: '/nowhere/python' }).ended;
    expect(run.code).toBe(2);
    const [error, done] = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(error).toMatchObject({
      event: 'error',
      code: 'MLSQL_USAGE_INVALID',
      message: expect.stringContaining('the interpreter "/nowhere/python" (MLSQL_PYTHON) does not exist'),
      hint: expect.stringContaining('set MLSQL_PYTHON to a Python 3.9 or newer of this machine, or unset it'),
    });
    expect(done).toMatchObject({ event: 'done', ok: false });
    await nothingLeft();
  });

  it("compiles selects in set-up's environment, whatever MLSQL_PYTHON holds", async () => {
    // Says that it is one, and can do nothing else.
    file('python', '#!/bin/sh\n[ "$1" = -V ] && echo Python 3.11.0\n');
    chmodSync(join(root, 'scripts/python'), 0o755);
    file('one.mlsql', 'select 1 as a;\n');
    const env = { MLSQL_PYTHON: join(root, 'scripts/python') };
    const run = await mlsql(['run', 'one.mlsql', '--json'], env).ended;
    expect(run.stdout).toContain('"rows":[{"a":1}]');
    expect(run.code).toBe(0);
  });

  it('starts one for its duration; the store stays, and is reached without executors', async () => {
    file('t.csv', 'a,b\n1,x\n2,数\n');
    file('s.mlsql', 'load csv.`./t.csv` options header="true" as t;\nsave overwrite t as json.`/out/t`;\n');
    const run = await mlsql(['run', 's.mlsql', '--json']).ended;
    expect(run.stderr).toContain('starting a cluster for this command');
    const events = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: 'done', ok: true, warnings: 0 });
    expect(run.code).toBe(0);
    await nothingLeft();

    expect((await mlsql(['fs', 'ls', '/out']).ended).stdout).toBe('t\n');
    await mlsql(['fs', 'put', 't.csv', '/in/']).ended;
    expect((await mlsql(['fs', 'cat', '/in/t.csv']).ended).stdout).toBe('a,b\n1,x\n2,数\n');
    expect((await mlsql(['executors']).ended).code).toBe(3);
    await nothingLeft();
  });

  it('lets a second run in the same home use its cluster, to its end', async () => {
    const first = mlsql(['run', 'slow.mlsql']);
    await first.says('it runs');
    const second = await mlsql(['run', '-e', 'set a="1";', '--json']).ended;
    expect(second.stderr).toContain('using the cluster at');
    expect(second.code).toBe(0);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
  });

  it('cancels its work at the first Ctrl-C, and shows how the run ended', async () => {
    const run = mlsql(['run', 'slow.mlsql', '--json']);
    await run.says('it runs');
    run.child.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter((event) => event.event === 'job').at(-1)).toMatchObject({ state: 'CANCELLED' });
    expect(events.at(-1)).toMatchObject({ event: 'done', ok: false });
    await nothingLeft();
  });

  it('leaves at once at the second, and nothing stays behind', async () => {
    const run = mlsql(['run', 'slow.mlsql']);
    await run.says('it runs');
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    await nothingLeft();
  });

  it('leaves nothing behind when it is killed', async () => {
    const run = mlsql(['run', 'slow.mlsql']);
    await run.says('it runs');
    run.child.kill('SIGKILL');
    await run.ended;
    await nothingLeft();
  });
});

describe('against a cluster that runs', () => {
  let up: Started;
  beforeEach(async () => {
    up = mlsql(['up', '--grpc-port', '0', '--http-port', '0', '--executors', '1', '--json']);
    await up.says('ready');
  });

  it('detaches, lists, attaches, prints logs, cancels', async () => {
    const detached = await mlsql(['run', 'slow.mlsql', '--detach', '--run-id', 'mine', '--json']).ended;
    expect(JSON.parse(detached.stdout)).toEqual({ runId: 'mine', attached: false });
    const attached = mlsql(['runs', 'attach', 'mine', '--json']);
    await attached.says('it runs');
    const [job] = (await mlsql(['jobs', '--json']).ended).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(job).toMatchObject({ runId: 'mine', path: '/m', state: 'RUNNING' });
    expect((await mlsql(['jobs', 'logs', job.jobId]).ended).stdout).toBe('[0] it runs\n');
    expect((await mlsql(['jobs', 'logs', job.jobId, '--group', '0']).ended).stdout).toBe('it runs\n');
    expect((await mlsql(['jobs', 'cancel', job.jobId]).ended).code).toBe(0);
    expect((await attached.ended).code).toBe(1);
    expect(JSON.parse((await mlsql(['runs', 'show', 'mine', '--json']).ended).stdout)).toMatchObject({
      runId: 'mine',
      jobIds: [job.jobId],
    });
  });

  it('attaches to a run of the same id and text, and refuses other text', async () => {
    const run = (text: string): Promise<{ code: number | null; stdout: string }> =>
      mlsql(['run', '-e', text, '--run-id', 'same', '--json']).ended;
    const first = await run('set a="1";');
    expect(await run('set a="1";')).toMatchObject({ code: 0, stdout: first.stdout });
    const other = await run('set a="2";');
    expect(other.code).toBe(1);
    expect(other.stdout).toContain('"code":"MLSQL_RUN_CONFLICT"');
    expect(other.stdout.trim().split('\n').at(-1)).toBe(
      '{"event":"done","ok":false,"runId":"same","warnings":0}',
    );
  });

  it('is reached by its address from elsewhere, with the token and not without', async () => {
    const { grpc } = JSON.parse(up.output().stdout);
    const elsewhere = { MLSQL_HOME: join(root, 'elsewhere') };
    const without = await mlsql(['jobs', '--cluster', grpc], elsewhere).ended;
    expect(without.code).toBe(1);
    expect(without.stderr).toContain('MLSQL_CLUSTER_UNAUTHENTICATED');
    const token = { MLSQL_TOKEN_FILE: join(home, 'token'), MLSQL_CLUSTER: grpc };
    expect((await mlsql(['jobs', '--json'], { ...elsewhere, ...token }).ended).code).toBe(0);
  });

  it('reads statements from a pipe in one session', async () => {
    file('t.csv', 'a\n7\n');
    const repl = spawn(MLSQL, ['repl', '--home', home, '--json'], {
      cwd: join(root, 'scripts'),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    processes.push(repl);
    repl.stdin.end('set name="t";\nload csv.`./${name}.csv`\n options header="true" as t;\n!show tables');
    let stdout = '';
    for await (const chunk of repl.stdout) stdout += chunk;
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter((event) => event.event === 'done').map((event) => event.ok)).toEqual([
      true,
      true,
      true,
    ]);
    expect(JSON.stringify(events.filter((event) => event.event === 'table').at(-1).rows)).toContain('"t"');
  });
});

describe('wrong usage', () => {
  it.each([
    [['run'], 'there is no script to run'],
    [['run', 'none.mlsql'], 'cannot be read'],
    [['run', 'a', '-e', 'b'], 'exclude each other'],
    [['run', '--limit', '0', '-e', 'set a="1";'], 'at least 1'],
    [['run', '--nonsense'], 'unknown option'],
    [['jobs', 'show'], 'missing required argument'],
    [['nonsense'], "unknown command 'nonsense' (run, up, coordinator, "],
    [['job', 'ls'], `unknown command 'job' (did you mean "jobs"?)`],
    [['rnu', '--help'], `unknown command 'rnu' (did you mean "run"?)`],
    [['help', 'doktor'], `unknown command 'doktor' (did you mean "doctor"?)`],
    [['jobs', 'lss'], "unknown verb 'lss' of jobs (ls, show, logs, cancel, retry)"],
    [[], 'Usage: mlsql'],
    [['models', 'ls'], 'missing required argument'],
    [['jobs', '--cluster', 'http://x'], 'HOST:PORT'],
    [['up', '--cluster', 'h:1'], '--home'],
  ])('%j ends with 2 and says what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await mlsql(args).ended;
    expect(stderr).toContain(message);
    if (args.length > 0) expect(stderr).toMatch(/^error MLSQL_USAGE_INVALID: .*\n {2}hint: /m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each([
    [
      ['run', '--nonsense', '--json'],
      "unknown option '--nonsense'",
      'see mlsql run --help',
      ['error', 'done'],
    ],
    [['run', 'none.mlsql', '--json'], 'cannot be read', 'name a script file', ['error', 'done']],
    [['models', 'ls', '--json'], 'missing required argument', 'see mlsql models --help', ['error']],
    [['nonsense', '--json'], 'unknown command', 'see mlsql --help', ['error']],
  ])('%j says it as an event, and nothing else', async (args, message, hint, events) => {
    const { code, stdout, stderr } = await mlsql(args).ended;
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(said.map(({ event }) => event)).toEqual(events);
    expect(said[0]).toMatchObject({
      code: 'MLSQL_USAGE_INVALID',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(stderr).toBe('');
    expect(code).toBe(2);
  });

  it('refuses a script that is not UTF-8', async () => {
    writeFileSync(join(root, 'scripts/bad.mlsql'), Buffer.from([0x73, 0xff, 0xfe]));
    const { code, stderr } = await mlsql(['run', 'bad.mlsql']).ended;
    expect(stderr).toContain('is not UTF-8 text');
    expect(code).toBe(2);
  });
});

it('is found by npx in the checkout', async () => {
  const npx = spawn('npx', ['mlsql', '--version'], {
    cwd: PRODUCT_ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  for await (const chunk of npx.stdout) stdout += chunk;
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+/);
});
