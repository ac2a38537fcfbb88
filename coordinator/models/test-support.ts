// What the tests of this folder share: a store in a temporary folder, trains to publish, and a store that breaks down.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { jobId } from '../../shared/ids.js';
import { attemptStaging, blobKey, jobLogKey } from '../../shared/object-store/keys.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectInfo, ObjectStore } from '../../shared/object-store/object-store.js';
import type { AttemptResult } from '../scheduling/model.js';
import type { GroupOutcome } from '../scheduling/outcome.js';
import type { KeptOutcome } from './meta-rows.js';
import type { ModelTarget, Params, StoredFile, TrainDescription } from './model-types.js';
import { createPublisher, type Publisher } from './publisher.js';

export const silent = pino({ level: 'silent' });

export async function temporaryStore(): Promise<{ store: ObjectStore; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mlsql-models-'));
  return { store: await createLocalStore(folder), close: () => rm(folder, { recursive: true, force: true }) };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Puts a content among the blobs, to be read at the path. */
export async function blob(store: ObjectStore, path: string, text: string): Promise<StoredFile> {
  const key = blobKey(sha256(text));
  await store.put(key, Buffer.from(text));
  return { path, key, sizeBytes: Buffer.byteLength(text), sha256: sha256(text), executable: false };
}

export async function hashObject(store: ObjectStore, info: ObjectInfo): Promise<string> {
  return createHash('sha256')
    .update(await buffer((await store.get(info.key)).body))
    .digest('hex');
}

export async function readText(store: ObjectStore, key: string): Promise<string> {
  return (await buffer((await store.get(key)).body)).toString();
}

/** All keys below a prefix, without it. */
export async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of store.list(prefix))
    if (entry.kind === 'object') keys.push(entry.info.key.slice(prefix.length));
  return keys;
}

/** A train of `count` groups with one script, a resource folder and a resource file for group 0. */
export async function describeTrain(store: ObjectStore, count: number): Promise<TrainDescription> {
  const dictionary = [await blob(store, 'words.txt', 'a b c'), await blob(store, 'deep/more.txt', 'd')];
  const stop = [await blob(store, 'stop.txt', 'the')];
  return {
    systemParam: { pythonPath: 'python' },
    trainParams: { keepVersion: 'true', pythonScriptPath: './train.py' },
    hashes: { 'script/train.py': sha256('print(1)') },
    project: {
      files: [await blob(store, 'train.py', 'print(1)')],
      script: 'train.py',
      command: '',
      builtinAlg: '',
    },
    groups: Array.from({ length: count }, (_, algIndex) => ({
      algIndex,
      alg: 'train.py',
      fitParam: { C: String(algIndex) } satisfies Params,
      resources:
        algIndex === 0
          ? [
              { name: 'dict', folder: true, files: dictionary },
              { name: 'stop', folder: false, files: stop },
            ]
          : [],
    })),
  };
}

/** What the attempt's executor does at its end: uploads the model and the log; says what it uploaded. */
export async function uploadAttempt(
  store: ObjectStore,
  target: ModelTarget,
  algIndex: number,
  attempt: number,
  files: Params = { 'model.pkl': `model ${algIndex} by attempt ${attempt}`, 'sub/weights.bin': 'w' },
): Promise<AttemptResult> {
  const staging = attemptStaging(target.folder, algIndex, attempt);
  for (const [path, text] of Object.entries(files))
    await store.put(`${staging}/model/${path}`, Buffer.from(text));
  await store.put(jobLogKey(target.jobId, algIndex, attempt), Buffer.from(`log of ${algIndex}-${attempt}\n`));
  return {
    files: Object.entries(files).map(([path, text]) => ({
      path,
      sizeBytes: Buffer.byteLength(text),
      sha256: sha256(text),
    })),
    logLines: 1,
    interpreter: { executable: '/usr/bin/python3', version: '3.11.7', platform: 'linux', numpy: '2.0.0' },
    peakMemoryBytes: 1,
  };
}

export function success(
  algIndex: number,
  attempt: number,
  result: AttemptResult,
  score?: number,
  now = 2000,
): GroupOutcome {
  return {
    algIndex,
    status: 'success',
    score,
    message: '',
    metrics: { loss: 0.5 },
    attempts: attempt,
    attempt,
    executor: 'executor-1',
    startTimeMs: now - 1000,
    endTimeMs: now,
    result,
    failure: undefined,
    traceback: '',
    warnings: [],
  };
}

export function failure(algIndex: number, message: string, now = 2000): GroupOutcome {
  return {
    algIndex,
    status: 'fail',
    score: undefined,
    message,
    metrics: {},
    attempts: 1,
    attempt: 1,
    executor: 'executor-2',
    startTimeMs: now - 1000,
    endTimeMs: now,
    result: undefined,
    failure: undefined,
    traceback: '',
    warnings: [{ code: 'MLSQL_TASK_PYTHON_VERSION', message: 'another version' }],
  };
}

export const ended = (
  groups: readonly GroupOutcome[],
  state: KeptOutcome['state'] = 'SUCCEEDED',
  reason = '',
): KeptOutcome => ({
  state,
  reason,
  groups,
});

/** Trains with one group a score and publishes. */
export async function trainAndPublish(
  store: ObjectStore,
  path: string,
  options: {
    id: string;
    keepVersion?: boolean;
    scores?: readonly (number | undefined)[];
    now?: number;
    files?: Params;
  },
): Promise<ModelTarget> {
  const publisher = createPublisher({ store, logger: silent });
  const scores = options.scores ?? [0.5];
  const target = await claim(publisher, store, path, options.id, {
    keepVersion: options.keepVersion ?? true,
    groups: scores.length,
  });
  const groups: GroupOutcome[] = [];
  for (const [algIndex, score] of scores.entries()) {
    const result = await uploadAttempt(store, target, algIndex, 1, options.files);
    await publisher.accept(target, algIndex, 1, result);
    groups.push(success(algIndex, 1, result, score, options.now));
  }
  await publisher.publish(target, ended(groups));
  return target;
}

export async function claim(
  publisher: Publisher,
  store: ObjectStore,
  path: string,
  id: string,
  { keepVersion = true, groups = 1 }: { keepVersion?: boolean; groups?: number } = {},
): Promise<ModelTarget> {
  const train = await describeTrain(store, groups);
  return publisher.claim(path, {
    jobId: jobId(id),
    runId: 'run-1',
    user: 'me',
    keepVersion,
    train,
    now: 1000,
  });
}

/** The store as a process sees it that dies at its n-th write: that write and everything after it fails. */
export function dyingStore(
  store: ObjectStore,
  writesBeforeDeath: number,
): { store: ObjectStore; died: () => boolean } {
  let writes = 0;
  let dead = false;
  const guarded = new Set(['put', 'copy', 'delete']);
  const proxy = new Proxy(store, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (guarded.has(String(name)) && writes++ >= writesBeforeDeath) dead = true;
        if (dead) throw new Error('the process died here');
        return Reflect.apply(value, receiver === proxy ? target : receiver, args) as unknown;
      };
    },
  });
  return { store: proxy, died: () => dead };
}

/** Hashes of the contents by key below the folder. */
export async function snapshot(
  from: ObjectStore,
  folder: string,
  except = '\0',
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const key of await keysBelow(from, `${folder}/`)) {
    if (!key.startsWith(except)) found[key] = sha256(await readText(from, `${folder}/${key}`));
  }
  if (Object.keys(found).length === 0) throw new Error(`nothing lies below ${folder}`);
  return found;
}
