// A process that reads models by their meta/0, as fast as it can, while others publish: mostly with nothing but the file
// system, like tools of others, now and then as the product does. Prints how many reads it made, or what was wrong.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rowToGroup, rowToTrain } from '../../coordinator/models/meta-schema.js';
import type { GroupMeta } from '../../coordinator/models/model-types.js';
import { readParquet } from '../../coordinator/models/parquet.js';
import { selectModel } from '../../coordinator/models/select-model.js';
import { hashObject } from '../../coordinator/models/test-support.js';
import { openStore } from '../../shared/object-store/open-store.js';

export interface ReaderOrders {
  readonly url: string;
  readonly paths: readonly { readonly path: string; readonly keepVersion: boolean }[];
  readonly groups: number;
}

/** Of so many reads one goes the product's own way. */
const OWN_WAY_EVERY = 50;
/** Reads between two reports. */
const REPORT_EVERY = 1000;

const orders = JSON.parse(process.argv[2]!) as ReaderOrders;
const store = await openStore(orders.url, process.env);
const root = fileURLToPath(orders.url);
/** What meta files say, by their bytes: most reads find one that was read before. */
const parsed = new Map<string, readonly Record<string, unknown>[]>();
const newest = new Map<string, number>();

for (let reads = 1; ; reads++) {
  const { path, keepVersion } = orders.paths[reads % orders.paths.length]!;
  if (reads % OWN_WAY_EVERY < orders.paths.length) await readAsProduct(path);
  else await readAsTool(path, keepVersion);
  if (reads % REPORT_EVERY === 0) {
    process.stdout.write(`${REPORT_EVERY}\n`);
    await new Promise(setImmediate);
  }
}

async function readAsProduct(path: string): Promise<void> {
  const { files, fitParam, resources } = await selectModel(store, path, {}, (info) =>
    hashObject(store, info),
  );
  const number = Number(fitParam.train);
  check(files.length === 2, path, `train ${number} has ${files.length} files`);
  for (const { key, sha256, sizeBytes } of files)
    checkFile(join(root, key), { sha256, sizeBytes }, `${number} `);
  const [words] = resources;
  check(words !== undefined, path, `train ${number} lacks its resource`);
  isNewest(path, number);
}

/** Goes by meta/0 alone: the rows say where the models lie, and what is in them. */
async function readAsTool(path: string, keepVersion: boolean): Promise<void> {
  const folder = keepVersion ? newestVersion(join(root, path)) : join(root, path);
  const rows = await rowsOf(join(folder, 'meta/0/part-00000.parquet'));
  const groups = rows.map(rowToGroup).filter((group) => group !== undefined);
  check(groups.length === orders.groups, folder, `meta/0 has ${groups.length} groups`);
  const number = Number(groups[0]!.trainParams.train);
  for (const group of groups) checkGroup(folder, group, number);
  const version = join(folder, groups[0]!.modelPath, '../..');
  const train = rowToTrain((await rowsOf(join(version, 'meta/1/part-00000.parquet')))[0]!);
  check(Number(train.trainParams.train) === number, folder, `meta/1 is of train ${train.trainParams.train}`);
  isNewest(path, number);
}

function checkGroup(folder: string, group: GroupMeta, number: number): void {
  const { algIndex, modelPath, status, trainParams, files } = group;
  check(status === 'success', folder, `group ${algIndex} is ${status}`);
  check(Number(trainParams.train) === number, folder, `groups of trains ${number} and ${trainParams.train}`);
  check(files?.length === 2, folder, `group ${algIndex} has ${files?.length} files`);
  for (const file of files ?? [])
    checkFile(join(folder, modelPath, file.path), file, `${number} ${algIndex}\n`);
  const version = join(folder, modelPath, '../..');
  const words = readFileSync(join(version, `resource/${algIndex}/words`), 'utf8');
  check(words === `train ${number}`, folder, `the resource says "${words}"`);
  check(readFileSync(join(version, `log/${algIndex}.log`)).length > 0, folder, 'the log is empty');
}

function checkFile(file: string, manifest: { sha256: string; sizeBytes: number }, begin: string): void {
  const bytes = readFileSync(file);
  check(bytes.length === manifest.sizeBytes, file, `${bytes.length} bytes, not ${manifest.sizeBytes}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  check(sha256 === manifest.sha256, file, 'not what its manifest says');
  check(bytes.subarray(0, begin.length).toString() === begin, file, `is not "${begin.trim()}"`);
}

/** The highest number that has a meta/0. */
function newestVersion(path: string): string {
  const numbers = readdirSync(path)
    .map((name) => Number(/^_model_(\d+)$/.exec(name)?.[1] ?? -1))
    .sort((a, b) => b - a);
  for (const number of numbers) {
    const folder = join(path, `_model_${number}`);
    try {
      if (readdirSync(join(folder, 'meta/0')).some((name) => name.endsWith('.parquet'))) return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`${path} has no version`);
}

async function rowsOf(file: string): Promise<readonly Record<string, unknown>[]> {
  const bytes = readFileSync(file);
  const key = bytes.toString('latin1');
  let rows = parsed.get(key);
  if (rows === undefined) {
    rows = (await readParquet(bytes, file)).rows;
    parsed.set(key, rows);
  }
  return rows;
}

/** Who has seen a train never sees an older one. */
function isNewest(path: string, number: number): void {
  const before = newest.get(path) ?? 0;
  check(number >= before, path, `train ${number} after train ${before}`);
  newest.set(path, number);
}

function check(holds: boolean, where: string, what: string): void {
  if (holds) return;
  throw new Error(`${where}: ${what}`);
}
