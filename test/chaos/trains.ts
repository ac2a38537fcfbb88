// The work of a chaos soak: real trains, submitted until they are acknowledged, followed to their end.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MlsqlClient, RunEvent } from '../../client/index.js';
import { isMlsqlError } from '../../shared/errors.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { createRng, nextRandom } from '../../shared/rng.js';

/** Groups of one train. */
export const GROUPS = 3;
/** The coordinator may be away so long before a client gives up. */
const AWAY_MAX_MS = 120_000;
const RETRY_MS = 200;

/** Paths that are trained, and how. */
export const PATHS: readonly { readonly path: string; readonly keepVersion: boolean }[] = [
  { path: 'soak/kept/a', keepVersion: true },
  { path: 'soak/kept/b', keepVersion: true },
  { path: 'soak/replaced', keepVersion: false },
];
/** One row for each run that has ended. */
export const APPENDED = 'soak/appended';

/** Ending of the file that takes a line from each attempt that found a checkpoint. */
export const RESUMED = '.resumed';
/** Lines that a script prints, in the order in which it does. */
export const LINES: readonly string[] = Array.from({ length: 10 }, (_, number) => `line ${number}`);

/** Keeps a checkpoint of two files, works a while and says so, then saves a model that says whose it is. */
export const TRAIN_PY = `
import os, time, mlsql
p = mlsql.fit_param
owner = "%s %s" % (p["run"], p["group"])
with open(p["pids"], "a") as pids:
    pids.write("%d\\n" % os.getpid())
folder = mlsql.internal_system_param["checkpointPath"]

# Of each attempt "first" is there before "second": so it is in every set that was whole at some moment.
def kept(name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return 0
    whose, attempt = open(path).read().split(" of ")
    if whose != owner:
        raise RuntimeError("the checkpoint of %s is here, where %s works" % (whose, owner))
    return int(attempt)

first, second = kept("first"), kept("second")
if first < second:
    raise RuntimeError("half a checkpoint: first of %d, second of %d" % (first, second))
if second > 0:
    with open(p["pids"] + "${RESUMED}", "a") as resumed:
        resumed.write("%s\\n" % owner)
for name in ("first", "second"):
    path = os.path.join(folder, name)
    with open(path + ".tmp", "w") as checkpoint:
        checkpoint.write("%s of %s" % (owner, os.environ["MLSQL_ATTEMPT"]))
    os.rename(path + ".tmp", path)
for number in range(${LINES.length}):
    print("line %d" % number, flush=True)
    time.sleep(float(p["work"]) / ${LINES.length})
print("mlsql_validation_score:0.5")
folder = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(folder)
with open(os.path.join(folder, "owner"), "w") as model:
    model.write(owner)
`;

/** What a stream's trains are like. */
export interface TrainKind {
  /** How long the scripts of a run work, in seconds: between the two. A checkpoint is kept after one. */
  readonly workS: (number: number) => readonly [number, number];
  /** Statements before the train; they make the table `data`. Default: one select. */
  readonly before?: (number: number) => string;
  /** Statements behind the train. */
  readonly after?: (number: number, path: string) => string;
  /** Files beside the script of a run, by name. */
  readonly files?: (number: number) => Readonly<Record<string, string>>;
  /** What else has to be true of these runs in the end; each sentence is a violation. */
  readonly check?: (store: ObjectStore, runIds: readonly string[]) => Promise<string[]>;
}

const ONE_ROW = 'select 1 as label, array(1.0, 2.0) as features as data;';

/** A run as its client saw it. */
export interface EndedRun {
  readonly runId: string;
  readonly path: string;
  readonly endedMs: number;
  /** Undefined: it succeeded. */
  readonly error: string | undefined;
  /** Further attempts that its groups took. */
  readonly retries: number;
}

/** Trains one after another, as many at once as there are lanes, until it is told to stop. */
export class TrainStream {
  readonly acknowledged = new Map<string, string>();
  readonly ended: EndedRun[] = [];
  #next = 0;
  #stopped = false;

  /** @param pidsFile - each script writes its pid there */
  constructor(
    private readonly client: MlsqlClient,
    private readonly scripts: string,
    private readonly pidsFile: string,
    private readonly kind: TrainKind,
    private readonly seed: number,
  ) {}

  /** Resolves when all that was acknowledged has ended. */
  async run(lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
  }

  /** Submits nothing new. */
  stop(): void {
    this.#stopped = true;
  }

  async #lane(): Promise<void> {
    while (!this.#stopped) {
      const number = this.#next++;
      const { path, keepVersion } = PATHS[number % PATHS.length]!;
      const runId = `soak-${number}`;
      for (const [name, text] of Object.entries(this.kind.files?.(number) ?? {}))
        writeFileSync(join(this.scripts, name), text);
      await this.#submit(runId, this.#script(number, runId, path, keepVersion));
      this.acknowledged.set(runId, path);
      this.ended.push(await this.#follow(runId, path));
    }
  }

  /** A try whose answer was lost may have been taken: under the same id the next one attaches. */
  async #submit(runId: string, script: string): Promise<void> {
    const deadline = Date.now() + AWAY_MAX_MS;
    for (;;) {
      try {
        await this.client.submit(script, { runId, baseDir: this.scripts, user: 'soak' });
        return;
      } catch (error) {
        if (!isMlsqlError(error, 'MLSQL_CLUSTER_UNREACHABLE') || Date.now() > deadline) throw error;
      }
      await sleep(RETRY_MS);
    }
  }

  async #follow(runId: string, path: string): Promise<EndedRun> {
    const wrong: string[] = [];
    let done = 0;
    const attempts = new Map<number, number>();
    const lines = new Map<string, string[]>();
    for await (const event of this.client.follow(runId, { awayMaxMs: AWAY_MAX_MS })) {
      if (event.event === 'error') wrong.push(`${event.code}: ${event.message}`);
      if (event.event === 'job') noteAttempts(attempts, event);
      if (event.event === 'log') noteLine(lines, event);
      if (event.event === 'done') {
        done += 1;
        if (!event.ok && wrong.length === 0) wrong.push('it did not succeed');
      }
    }
    if (done !== 1) wrong.push(`its end was told ${done} times`);
    let retries = 0;
    for (const [algIndex, attempt] of attempts) {
      retries += attempt - 1;
      const told = lines.get(`${algIndex}/${attempt}`) ?? [];
      if (wrong.length === 0 && told.join() !== LINES.join())
        wrong.push(`of group ${algIndex}, attempt ${attempt}, these lines were told: ${told.join()}`);
    }
    const error = wrong.length === 0 ? undefined : wrong.join('; ');
    return { runId, path, endedMs: Date.now(), error, retries };
  }

  #script(number: number, runId: string, path: string, keepVersion: boolean): string {
    const rng = createRng(this.seed + number);
    const { workS, before, after } = this.kind;
    const [shortest, longest] = workS(number);
    const groups = Array.from({ length: GROUPS }, (_, group) => {
      const work = shortest + nextRandom(rng) * (longest - shortest);
      const params = { run: runId, group: String(group), work: work.toFixed(2), pids: this.pidsFile };
      return Object.entries(params).map(([name, value]) => `and \`fitParam.${group}.${name}\`="${value}"`);
    });
    return `${before?.(number) ?? ONE_ROW}
train data as PythonAlg.\`/${path}\` where pythonScriptPath="./train.py" and keepVersion="${keepVersion}"
  ${groups.flat().join(' ')};
${after?.(number, path) ?? ''}
select "${runId}" as run as row;
save append row as json.\`/${APPENDED}\`;`;
  }
}

function noteAttempts(attempts: Map<number, number>, event: Extract<RunEvent, { event: 'job' }>): void {
  for (const { algIndex, attempt } of event.groups)
    attempts.set(algIndex, Math.max(attempts.get(algIndex) ?? 1, attempt));
}

function noteLine(
  lines: Map<string, string[]>,
  { algIndex, attempt, line }: Extract<RunEvent, { event: 'log' }>,
): void {
  if (!line.startsWith('line ')) return;
  const key = `${algIndex}/${attempt}`;
  lines.set(key, [...(lines.get(key) ?? []), line]);
}
