// What has to be true after a chaos soak, counted in the store and asked of the cluster. Each sentence is a violation.
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { MlsqlClient } from '../../client/index.js';
import { generationOf } from '../../coordinator/models/head.js';
import { readGroups } from '../../coordinator/models/meta-files.js';
import type { GroupMeta } from '../../coordinator/models/model-types.js';
import { listFolders, listObjects, readObject } from '../../coordinator/models/objects.js';
import { generationFolder, groupLogKey, modelPrefix, versionFolder } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { APPENDED, GROUPS, LINES, PATHS } from './trains.js';

/** The coordinator keeps so many ended runs and jobs. */
const LISTED = 1000;

/** Every acknowledged run ended well, once, by one job. */
export async function countRuns(client: MlsqlClient, acknowledged: ReadonlySet<string>): Promise<string[]> {
  const wrong: string[] = [];
  const runs = await client.runs.list(LISTED);
  for (const { runId, state, message } of runs) {
    if (!acknowledged.has(runId)) wrong.push(`run ${runId} was never acknowledged`);
    if (state !== 'SUCCEEDED') wrong.push(`run ${runId} is ${state}: ${message}`);
  }
  if (runs.length < Math.min(acknowledged.size, LISTED))
    wrong.push(`${runs.length} of ${acknowledged.size} acknowledged runs are known`);
  const jobs = await client.jobs.list(LISTED);
  const byRun = new Map<string, number>();
  for (const { jobId, runId, state, groupsSucceeded } of jobs) {
    byRun.set(runId, (byRun.get(runId) ?? 0) + 1);
    if (state !== 'SUCCEEDED' || groupsSucceeded !== GROUPS)
      wrong.push(`job ${jobId} of ${runId} is ${state} with ${groupsSucceeded} of ${GROUPS} groups`);
  }
  for (const [runId, count] of byRun) if (count !== 1) wrong.push(`run ${runId} has ${count} jobs`);
  return wrong;
}

/** Versions are dense and whole, and each run's models are there exactly once; so is its appended row. */
export async function countModels(
  store: ObjectStore,
  acknowledged: ReadonlyMap<string, string>,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { path, keepVersion } of PATHS) {
    const runs = [...acknowledged].filter(([, of]) => of === path).map(([runId]) => runId);
    const folders = keepVersion
      ? runs.map((_, version) => versionFolder(path, version))
      : (await listFolders(store, `${path}/_gen/`)).map((id) => generationFolder(path, id));
    const claimed = (await listFolders(store, `${path}/${keepVersion ? '_model_' : '_gen/'}`)).length;
    if (claimed !== runs.length) wrong.push(`${path}: ${runs.length} runs claimed ${claimed} places`);
    const owners: string[] = [];
    for (const folder of folders) {
      const owner = await ownerOf(store, folder, folder, wrong);
      if (owner !== undefined) owners.push(owner);
      await checkLogs(store, folder, wrong);
    }
    if (!keepVersion && runs.length > 0) await checkHead(store, path, wrong);
    compare(path, runs, owners, wrong);
  }
  const rows: string[] = [];
  for (const { key } of await listObjects(store, `${APPENDED}/`)) {
    if (!/\/part-[^/]*$/.test(key)) continue;
    const text = (await readObject(store, key))!.bytes.toString('utf8').trim();
    rows.push(...text.split('\n').map((line) => (JSON.parse(line) as { run: string }).run));
  }
  compare(APPENDED, [...acknowledged.keys()], rows, wrong);
  return wrong;
}

/** Each expected one exactly once, and nothing else. */
function compare(
  where: string,
  expected: readonly string[],
  found: readonly string[],
  wrong: string[],
): void {
  const counts = new Map<string, number>();
  for (const one of found) counts.set(one, (counts.get(one) ?? 0) + 1);
  for (const one of expected)
    if (counts.get(one) !== 1) wrong.push(`${where}: ${one} is there ${counts.get(one) ?? 0} times`);
  const known = new Set(expected);
  for (const one of counts.keys()) if (!known.has(one)) wrong.push(`${where}: ${one} belongs to nobody`);
}

/** The run whose models a version holds: whole, of one run, each group its own. */
async function ownerOf(
  store: ObjectStore,
  folder: string,
  modelFolder: string,
  wrong: string[],
): Promise<string | undefined> {
  const groups = await readGroups(store, folder);
  if (groups === undefined) {
    wrong.push(`${folder} has no meta/0`);
    return undefined;
  }
  if (groups.length !== GROUPS) wrong.push(`${folder} has ${groups.length} groups`);
  const owners = new Set<string>();
  for (const group of groups) {
    const owner = await modelOf(store, modelFolder, group, wrong);
    const [run, index] = owner?.split(' ') ?? [];
    if (run === undefined || Number(index) !== group.algIndex)
      wrong.push(`${folder}: group ${group.algIndex} (${group.status}) holds "${owner}"`);
    else owners.add(run);
  }
  if (owners.size > 1) wrong.push(`${folder} mixes ${[...owners].join(', ')}`);
  return [...owners][0];
}

/** What the group's only file says, checked against the manifest. */
async function modelOf(
  store: ObjectStore,
  folder: string,
  { algIndex, files }: GroupMeta,
  wrong: string[],
): Promise<string | undefined> {
  const prefix = modelPrefix(folder, algIndex);
  const objects = await listObjects(store, prefix);
  if (objects.length !== 1 || files?.length !== 1) {
    wrong.push(`${prefix} holds ${objects.length} files, its manifest ${files?.length}`);
    return undefined;
  }
  const bytes = await buffer((await store.get(objects[0]!.key)).body);
  if (createHash('sha256').update(bytes).digest('hex') !== files[0]!.sha256)
    wrong.push(`${objects[0]!.key} is not what its manifest says`);
  return bytes.toString('utf8');
}

/** Each group's log holds every line, once, in order. */
async function checkLogs(store: ObjectStore, folder: string, wrong: string[]): Promise<void> {
  for (let group = 0; group < GROUPS; group++) {
    const log = (await readObject(store, groupLogKey(folder, group)))?.bytes.toString('utf8') ?? '';
    const lines = log.split('\n').filter((line) => line.startsWith('line '));
    if (lines.join() !== LINES.join()) wrong.push(`${folder}: the log of group ${group} has ${lines.join()}`);
  }
}

/** The head names a generation, and the model that stands beside it is that one. */
async function checkHead(store: ObjectStore, path: string, wrong: string[]): Promise<void> {
  const groups = await readGroups(store, path);
  const id = groups === undefined ? undefined : generationOf(groups);
  if (id === undefined) {
    wrong.push(`${path}/meta/0 names no generation`);
    return;
  }
  const named = await ownerOf(store, path, generationFolder(path, id), wrong);
  const beside = await ownerOf(store, path, path, wrong);
  if (named !== beside) wrong.push(`${path}/model is of ${beside}, its meta/0 of ${named}`);
}
