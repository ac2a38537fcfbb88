// Ends a coordinator and an executor at each of their crash points in turn, while trains go on, and counts at the end.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listObjects, readObject } from '../../coordinator/models/objects.js';
import type { TrainKind } from '../chaos/trains.js';
import { type TrialResult, trial } from '../chaos/trial.js';
import { COORDINATOR, type NamedProcesses } from '../support/named-processes.js';
import { eventually } from '../support/process-cluster.js';
import { Lives } from './lives.js';

/** The first of them dies, again and again; what it loses goes on on the others. */
const EXECUTORS = ['mortal', 'two', 'three'];
const SLOTS = 2;
const LANES = 3;
/** Trains through which points are discovered, before the first death. */
const RECORDED_TRAINS = 6;

/** Of each run's table. */
const ROWS = 2;

/** Trains with all that a coordinator does beside them. */
const KIND: TrainKind = {
  // Some work long enough for a checkpoint.
  workS: (number) => (number % 4 === 1 ? [1.2, 1.5] : [0, 0.2]),
  // New for each run: nothing that a train needs lies in the store or a cache already.
  files: (number) => ({
    [`rows-${number}.json`]: `{"label":1,"features":[1.0,${number}.0]}\n{"label":0,"features":[2.0,1.0]}\n`,
    'predict.py': `import python_fun


def predict(X, model_path):
    return X[:, 0]


python_fun.udf_batch(predict)
`,
  }),
  before: (number) => `load json.\`./rows-${number}.json\` as raw;\nselect label, features from raw as data;`,
  after: (
    number,
    path,
  ) => `register PythonAlg.\`/${path}\` as crash_${number} options pythonScriptPath="./predict.py";
save overwrite data as json.\`/soak/overwritten/${number % 3}\`;
save errorIfExists data as json.\`/soak/once/${number}\`;
${number % 4 === 0 ? `select crash_${number}(features) as answer from data as answers;` : ''}
unregister crash_${number};`,
  check: async (store, runIds) => {
    const wrong: string[] = [];
    for (const runId of runIds) {
      const folder = `soak/once/${runId.replace('soak-', '')}/`;
      const parts = (await listObjects(store, folder)).filter(({ key }) => key.endsWith('.json'));
      const texts = await Promise.all(parts.map(async ({ key }) => (await readObject(store, key))!.bytes));
      const rows = String(Buffer.concat(texts)).split('\n').length - 1;
      if (rows !== ROWS) wrong.push(`${folder} has ${rows} rows`);
    }
    return wrong;
  },
};

/** Of one process. */
export interface CrashFigures {
  readonly name: string;
  /** Points at which it died. */
  readonly died: number;
  readonly known: number;
  /** Known points that were tried, and not reached again. */
  readonly missed: readonly string[];
}

/** @param seconds - of dying; what was not reached by then is left out */
export function crashTrial(
  seconds: number,
  seed: number,
  say: (line: string) => void,
): Promise<TrialResult<readonly CrashFigures[]>> {
  const options = { executors: EXECUTORS, slots: SLOTS, lanes: LANES, kind: KIND, seed, say };
  return trial(options, async ({ root, processes, stream }) => {
    const lives = (name: string): Lives => {
      const record = join(root, `points-${name}`);
      writeFileSync(record, '');
      return new Lives(processes, name, record, seed, say);
    };
    const coordinator = lives(COORDINATOR);
    const executor = lives(EXECUTORS[0]!);
    await record(processes, root);
    await eventually('trains were recorded', () => stream.ended.length >= RECORDED_TRAINS);
    const untilMs = Date.now() + seconds * 1000;
    await Promise.all([coordinator.run(untilMs), executor.run(untilMs)]);
    return [coordinator.figures(), executor.figures()];
  });
}

/** Both go on as they are, but note the points they pass. */
async function record(processes: NamedProcesses, root: string): Promise<void> {
  for (const name of [COORDINATOR, EXECUTORS[0]!]) {
    await processes.get(name).kill();
    processes.start(name, { MLSQL_CRASH_POINTS: join(root, `points-${name}`) });
  }
}
