import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { createPublisher } from './publisher.js';
import { type ModelChoice, selectModel } from './select-model.js';
import {
  claim,
  ended,
  failure,
  hashObject,
  readText,
  sha256,
  silent,
  trainAndPublish,
} from './test-support.js';
import { readMeta, readVersions } from './versions.js';

const ORIGINAL = join(dirname(fileURLToPath(import.meta.url)), 'fixtures/original-model');

let root: string;
let store: ObjectStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mlsql-models-'));
  store = await createLocalStore(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const select = (path: string, choice: ModelChoice = {}) =>
  selectModel(store, path, choice, (info) => hashObject(store, info));
const copyFolder = (from: string, to: string) => cp(join(root, from), join(root, to), { recursive: true });

describe('selectModel', () => {
  it('takes the newest version with a success and its best group', async () => {
    await trainAndPublish(store, 'm', { id: 'job-a', scores: [0.9] });
    await trainAndPublish(store, 'm', { id: 'job-b', scores: [0.1, 0.3, 0.2] });
    await failedTrain('m', 'job-c');
    const model = await select('m');
    expect(model).toMatchObject({
      path: 'm',
      version: 1,
      folder: 'm/_model_1',
      algIndex: 1,
      score: 0.3,
      alg: 'train.py',
    });
    expect(model.fitParam).toEqual({ C: '1' });
    expect(model.systemParam).toEqual({ pythonPath: 'python' });
    expect(model.trainParams).toMatchObject({ keepVersion: 'true' });
    expect(model.interpreter).toMatchObject({ version: '3.11.7' });
  });

  it('takes the version and group asked for', async () => {
    await trainAndPublish(store, 'm', { id: 'job-a', scores: [0.9, 0.1] });
    await trainAndPublish(store, 'm', { id: 'job-b' });
    expect(await select('m', { modelVersion: 0, algIndex: 1 })).toMatchObject({
      version: 0,
      algIndex: 1,
      score: 0.1,
    });
    expect(await select('m', { modelVersion: 0 })).toMatchObject({ version: 0, algIndex: 0 });
    expect(await select('m', { algIndex: 0 })).toMatchObject({ version: 1, algIndex: 0 });
  });

  it('gives files, resources and project with keys that hold what was hashed', async () => {
    await trainAndPublish(store, 'm', { id: 'job-a' });
    const model = await select('m');
    const files = [
      ...model.files,
      ...model.resources.flatMap((resource) => resource.files),
      ...model.project!.files,
    ];
    expect(files.map(({ path }) => path)).toEqual([
      'model.pkl',
      'sub/weights.bin',
      'words.txt',
      'deep/more.txt',
      'stop.txt',
      'train.py',
    ]);
    for (const { key, sha256: hash, sizeBytes } of files) {
      const text = await readText(store, key);
      expect([sha256(text), text.length]).toEqual([hash, sizeBytes]);
      expect(key.startsWith('m/_model_0/')).toBe(true);
    }
    expect(model.resources.map(({ name, folder }) => [name, folder])).toEqual([
      ['dict', true],
      ['stop', false],
    ]);
    expect(model.project).toMatchObject({ script: 'train.py', command: '', builtinAlg: '' });
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });

  it('takes the newest success where both forms stand at one path', async () => {
    await trainAndPublish(store, 'm', { id: 'job-a', keepVersion: false, now: 1000 });
    await trainAndPublish(store, 'm', { id: 'job-b', now: 2000 });
    expect(await select('m')).toMatchObject({ version: 0 });
    await trainAndPublish(store, 'm', { id: 'job-c', keepVersion: false, now: 3000 });
    const model = await select('m');
    expect(model.folder).toBe('m/_gen/job-c');
    expect(model).not.toHaveProperty('version');
    await failedTrain('m', 'job-d', 4000);
    expect((await select('m')).folder).toBe('m/_gen/job-c');
    expect((await readVersions(store, 'm')).map(({ version }) => version ?? 'own')).toEqual([1, 'own', 0]);
  });

  it('registers copies: of a whole path, of one version, of a generation, of a head without its generations', async () => {
    await trainAndPublish(store, 'm', { id: 'job-a', scores: [0.1, 0.2] });
    await trainAndPublish(store, 'r', { id: 'job-b', keepVersion: false });
    await copyFolder('m', 'copy/whole');
    await copyFolder('m/_model_0', 'copy/version');
    await copyFolder('m/_model_0', 'copy/renumbered/_model_5');
    await copyFolder('r/_gen/job-b', 'copy/generation');
    await copyFolder('r/meta', 'copy/head/meta');
    await copyFolder('r/model', 'copy/head/model');
    await copyFolder('r/resource', 'copy/head/resource');
    await copyFolder('m/_model_0/meta', 'copy/bare/meta');
    await copyFolder('m/_model_0/model', 'copy/bare/model');
    await rm(join(root, 'm'), { recursive: true });
    await rm(join(root, 'r'), { recursive: true });
    expect(await select('copy/whole')).toMatchObject({ version: 0, algIndex: 1 });
    expect(await select('copy/version')).toMatchObject({ folder: 'copy/version', algIndex: 1 });
    expect(await select('copy/renumbered')).toMatchObject({ version: 5 });
    expect(await select('copy/generation')).toMatchObject({ folder: 'copy/generation' });
    expect((await select('copy/generation')).resources).toHaveLength(2);
    expect((await select('copy/head')).files.map(({ key }) => key)).toEqual([
      'copy/head/model/0/model.pkl',
      'copy/head/model/0/sub/weights.bin',
    ]);
    // Without its script, which is then to be named, the model is one still.
    expect(await select('copy/bare')).not.toHaveProperty('project');
  });

  it('names what exists when it refuses', async () => {
    await expect(select('nothing')).rejects.toMatchObject({
      code: 'MLSQL_MODEL_NOT_FOUND',
      message: expect.stringContaining('/nothing'),
    });
    await failedTrain('bad', 'job-x');
    await expect(select('bad')).rejects.toMatchObject({
      code: 'MLSQL_MODEL_NOT_FOUND',
      message: expect.stringContaining('boom'),
    });
    await trainAndPublish(store, 'm', { id: 'job-a' });
    await trainAndPublish(store, 'm', { id: 'job-b' });
    await failedTrain('m', 'job-c');
    const publisher = createPublisher({ store, logger: silent });
    await claim(publisher, store, 'm', 'job-d');
    await expect(select('m', { modelVersion: 9 })).rejects.toMatchObject({
      code: 'MLSQL_MODEL_VERSION_UNKNOWN',
      message: '/m has no version 9.',
      details: { hint: 'Its versions: 2, 1, 0.' },
    });
    await expect(select('m', { modelVersion: 3 })).rejects.toMatchObject({
      code: 'MLSQL_MODEL_VERSION_UNKNOWN',
      message: expect.stringContaining('still being trained'),
    });
    await expect(select('m', { modelVersion: 2 })).rejects.toMatchObject({
      code: 'MLSQL_MODEL_NOT_FOUND',
      message: expect.stringContaining('boom'),
      details: { hint: 'Versions with a success: 1, 0.' },
    });
    await expect(select('m', { algIndex: 7 })).rejects.toMatchObject({
      code: 'MLSQL_MODEL_GROUP_UNKNOWN',
      message: 'Group 7 of version 1 of /m does not exist.',
      details: { hint: 'Successful groups: 0.' },
    });
    await trainAndPublish(store, 'own', { id: 'job-e', keepVersion: false });
    await expect(select('own', { modelVersion: 0 })).rejects.toMatchObject({
      code: 'MLSQL_MODEL_VERSION_UNKNOWN',
      details: { hint: expect.stringContaining('no numbered versions') },
    });
  });

  it('refuses a group that saved nothing, by name', async () => {
    await trainAndPublish(store, 'm', { id: 'job-a', files: {} });
    await expect(select('m')).rejects.toMatchObject({
      code: 'MLSQL_MODEL_EMPTY',
      message: expect.stringContaining('Group 0 of version 0 of /m'),
    });
  });

  it('refuses files that are not as the manifest says', async () => {
    await trainAndPublish(store, 'm', { id: 'job-a' });
    await store.put('m/_model_0/model/0/extra', Buffer.from('ignored'));
    expect((await select('m')).files).toHaveLength(2);
    const project = 'm/_model_0/_project/train.py';
    for (const key of ['m/_model_0/model/0/model.pkl', 'm/_model_0/resource/0/stop', project]) {
      const text = await readText(store, key);
      await store.put(key, Buffer.from(`${text}!`));
      await expect(select('m')).rejects.toMatchObject({
        code: 'MLSQL_MODEL_CORRUPT',
        message: expect.stringContaining(key),
      });
      await store.delete([key]);
      // All of the project is missing: then the script is to be named again, as for a model copied without it.
      if (key === project) expect(await select('m')).not.toHaveProperty('project');
      else
        await expect(select('m')).rejects.toMatchObject({
          code: 'MLSQL_MODEL_CORRUPT',
          message: expect.stringContaining('is missing'),
        });
      await store.put(key, Buffer.from(text));
    }
    await select('m');
  });
});

describe('a model that the original wrote', () => {
  it('is read: several snappy parts of any name, eight columns', async () => {
    await cp(ORIGINAL, join(root, 'old'), { recursive: true });
    const versions = await readVersions(store, 'old');
    expect(versions.map(({ version, groups }) => [version, groups.map(({ algIndex }) => algIndex)])).toEqual([
      [1, [0, 1]],
      [0, [0, 1, 2, 3]],
    ]);
    expect(versions[1]!.groups[0]).toEqual({
      modelPath: '/tmp/william/pa_model_k/_model_0/model/0',
      algIndex: 0,
      alg: 'train.py',
      score: -1.84,
      status: 'success',
      startTime: 1532659757327,
      endTime: 1532659760394,
      trainParams: { C: '2', 'resource.dict': '/data/dict' },
      message: '',
      metrics: {},
      attempts: 0,
      executor: '',
      files: null,
    });
    expect(versions[1]!.groups[1]!.trainParams).toEqual({ C: '1', 名: '二' });
    const { meta1 } = await readMeta(store, 'old', 0);
    expect(meta1).toMatchObject({
      systemParam: { pythonVer: '2.7' },
      trainParams: { 'fitParam.0.C': '2' },
      project: [],
      jobId: '',
    });
  });

  it('is chosen from: the best finite score, hashed files, its resources from the store', async () => {
    await cp(ORIGINAL, join(root, 'old'), { recursive: true });
    await store.put('data/dict/a.txt', Buffer.from('a'));
    await store.put('data/dict/sub/b.txt', Buffer.from('b'));
    const model = await select('old', { modelVersion: 0 });
    expect(model).toMatchObject({ algIndex: 0, score: -1.84, systemParam: { pythonPath: 'python' } });
    expect(model.files).toEqual([
      {
        path: 'model.pkl',
        key: 'old/_model_0/model/0/model.pkl',
        sizeBytes: 20,
        sha256: sha256('model 0 of _model_0\n'),
        executable: false,
      },
    ]);
    expect(model.resources).toMatchObject([
      { name: 'dict', folder: true, files: [{ path: 'a.txt' }, { path: 'sub/b.txt' }] },
    ]);
    expect(model).not.toHaveProperty('project');
    // Without any score: the lowest algIndex of the newest version.
    expect(await select('old')).toMatchObject({ version: 1, algIndex: 0, score: null });
  });

  it('is found where its version folder was moved, and is followed by versions of ours', async () => {
    await cp(join(ORIGINAL, '_model_0'), join(root, 'moved'), { recursive: true });
    expect(await select('moved')).toMatchObject({ folder: 'moved', algIndex: 0 });
    await cp(ORIGINAL, join(root, 'old'), { recursive: true });
    await trainAndPublish(store, 'old', { id: 'job-a' });
    expect(await select('old')).toMatchObject({ version: 2 });
  });

  it('takes resources that lie beside it for its own', async () => {
    await cp(join(ORIGINAL, '_model_1'), join(root, 'm'), { recursive: true });
    await store.put('m/resource/0/one.txt', Buffer.from('1'));
    await store.put('m/resource/0/many/a', Buffer.from('a'));
    await store.put('m/resource/0/many/b/c', Buffer.from('c'));
    expect((await select('m')).resources).toMatchObject([
      { name: 'many', folder: true, files: [{ path: 'a' }, { path: 'b/c' }] },
      { name: 'one.txt', folder: false, files: [{ path: 'one.txt', sizeBytes: 1 }] },
    ]);
  });
});

describe('readMeta', () => {
  it('reads the newest with a success, else the newest', async () => {
    await failedTrain('m', 'job-a');
    expect((await readMeta(store, 'm')).meta0).toMatchObject({
      version: 0,
      groups: [{ status: 'fail', message: 'boom' }],
    });
    await trainAndPublish(store, 'm', { id: 'job-b' });
    await failedTrain('m', 'job-c');
    expect((await readMeta(store, 'm')).meta0.version).toBe(1);
    expect((await readMeta(store, 'm', 2)).meta1?.jobId).toBe('job-c');
    await expect(readMeta(store, 'none')).rejects.toMatchObject({ code: 'MLSQL_MODEL_NOT_FOUND' });
  });
});

async function failedTrain(path: string, id: string, now = 2000): Promise<void> {
  const publisher = createPublisher({ store, logger: silent });
  const target = await claim(publisher, store, path, id);
  await publisher.fail(target, ended([failure(0, 'boom', now)], 'FAILED', 'boom'));
}
