// `npm run test:simulation -- [--seeds N] [--seed S] [--planted NAME|all]`. The same arguments print the same on stdout; how
// long it took goes to stderr.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { PLANTED, type Plant, type PlantedName } from './planted.js';
import { Story, type StoryEnd } from './story.js';
import { FAULTS } from './world/faults.js';

/** A fault that fewer of the seeds have seen is not tested; with fewer seeds chance decides. */
const SEEN_MIN = 0.05;
const SEEDS_FOR_COUNTS = 100;
/** A planted bug has to be found by then. */
const PLANTED_SEEDS_MAX = 300;

interface Work {
  readonly seeds: readonly number[];
  readonly planted: PlantedName | undefined;
}

function plantOf(name: PlantedName | undefined): Plant | undefined {
  return name === undefined ? undefined : PLANTED[name];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      planted: { type: 'string' },
    },
  });
  const [count, first] = [Number(values.seeds), Number(values.seed)];
  const { planted } = values;
  if (!(Number.isSafeInteger(count) && count > 0 && Number.isSafeInteger(first)))
    return refuse('--seeds takes a whole number above 0, --seed a whole number');
  if (planted !== undefined && planted !== 'all' && !(planted in PLANTED))
    return refuse(`--planted takes all, or one of: ${Object.keys(PLANTED).join(', ')}`);
  const startedMs = performance.now();
  const stories = new Stories(startedMs);
  const ok =
    planted === 'all'
      ? await plantAll(stories, first)
      : await tell(stories, first, count, planted as PlantedName | undefined);
  stories.showSpeed();
  process.exitCode = ok ? 0 : 1;
}

function refuse(why: string): void {
  console.error(why);
  process.exitCode = 2;
}

/** Tells many stories, as many at once as there are processors. */
class Stories {
  virtualMs = 0;
  steps = 0;

  constructor(private readonly startedMs: number) {}

  async run(seeds: readonly number[], planted: PlantedName | undefined): Promise<StoryEnd[]> {
    const workers = Math.min(availableParallelism(), seeds.length);
    const parts = Array.from({ length: workers }, (_, part) =>
      seeds.filter((_seed, at) => at % workers === part),
    );
    const ends = (await Promise.all(parts.map((part) => this.#inWorker({ seeds: part, planted })))).flat();
    for (const { virtualMs, steps } of ends) {
      this.virtualMs += virtualMs;
      this.steps += steps;
    }
    return ends.sort((a, b) => a.seed - b.seed);
  }

  showSpeed(): void {
    const wallMs = performance.now() - this.startedMs;
    console.error(
      `${(wallMs / 1000).toFixed(1)} s for ${(this.virtualMs / 3_600_000).toFixed(1)} h of the simulated clusters, ${this.steps} steps: ${Math.round(this.virtualMs / wallMs)} times real time`,
    );
  }

  #inWorker(work: Work): Promise<StoryEnd[]> {
    return new Promise((resolve, reject) => {
      const ends: StoryEnd[] = [];
      const worker = new Worker(new URL(import.meta.url), { workerData: work });
      worker.on('message', (end: StoryEnd) => ends.push(end));
      worker.on('error', reject);
      worker.on('exit', () => resolve(ends));
    });
  }
}

async function tell(
  stories: Stories,
  first: number,
  count: number,
  planted: PlantedName | undefined,
): Promise<boolean> {
  const seeds = Array.from({ length: count }, (_, at) => first + at);
  const ends = await stories.run(seeds, planted);
  const failed = ends.filter(({ violation }) => violation !== undefined);
  for (const { seed, violation } of failed.slice(1)) console.log(`seed ${seed}: ${violation}`);
  if (failed[0] !== undefined) showFailure(failed[0], planted);
  const rare = showFaults(ends);
  console.log(
    `${ends.length} seeds, ${failed.length} with a violation, from seed ${first}; trace ${traceOf(ends)}`,
  );
  return failed.length === 0 && ends.length === count && (rare === 0 || count < SEEDS_FOR_COUNTS);
}

function showFailure({ seed, violation, events }: StoryEnd, planted: PlantedName | undefined): void {
  console.log(
    `\nseed ${seed} VIOLATED: ${violation}\nthe last ${events.length} events (milliseconds from the start):`,
  );
  console.log(events.join('\n'));
  const bug = planted === undefined ? '' : ` --planted ${planted}`;
  console.log(`again: npm run test:simulation -- --seeds 1 --seed ${seed}${bug}\n`);
}

/** @returns how many faults were seen in too few of the seeds */
function showFaults(ends: readonly StoryEnd[]): number {
  let rare = 0;
  for (const fault of FAULTS) {
    const seen = ends.filter(({ faults }) => faults.includes(fault)).length;
    const tooRare = seen < SEEN_MIN * ends.length;
    if (tooRare) rare += 1;
    console.log(
      `${fault.padEnd(40)} ${String(seen).padStart(6)}${tooRare ? '  seen in less than 5 % of the seeds' : ''}`,
    );
  }
  return rare;
}

async function plantAll(stories: Stories, first: number): Promise<boolean> {
  let missed = 0;
  for (const [name, { what }] of Object.entries(PLANTED)) {
    const found = await firstCatch(stories, first, name as PlantedName);
    if (found === undefined) missed += 1;
    const how =
      found === undefined
        ? `NOT CAUGHT in ${PLANTED_SEEDS_MAX} seeds`
        : `seed ${found.seed}: ${firstLine(found.violation)}`;
    console.log(`${name} (${what})\n    ${how}`);
  }
  console.log(`${Object.keys(PLANTED).length} planted bugs, ${missed} not caught`);
  return missed === 0;
}

async function firstCatch(stories: Stories, first: number, name: PlantedName): Promise<StoryEnd | undefined> {
  for (let at = 0; at < PLANTED_SEEDS_MAX; at += 10) {
    const seeds = Array.from({ length: 10 }, (_, index) => first + at + index);
    for (const end of await stories.run(seeds, name)) {
      if (end.violation === undefined) continue;
      // The bug is caught where the same seed without it keeps every promise.
      const [sound] = await stories.run([end.seed], undefined);
      if (sound?.violation === undefined) return end;
    }
  }
  return undefined;
}

function firstLine(text: string | undefined): string {
  return (text ?? '').split('\n')[0]!;
}

/** One text for all that happened in all stories. */
function traceOf(ends: readonly StoryEnd[]): string {
  return ends.reduce((sum, { trace }) => sum ^ BigInt(`0x${trace.slice(0, 16)}`), 0n).toString(16);
}

if (isMainThread) await main();
else
  for (const seed of (workerData as Work).seeds) {
    const plant = plantOf((workerData as Work).planted);
    parentPort!.postMessage(await new Story(seed, plant).run());
  }
