// Real files in a real store: what a script path, a folder and an MLproject come to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResolvedOption } from '../../shared/language/options.js';
import { Buckets } from '../../shared/object-store/buckets.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { ContentHasher, type InputContext, resolveInput } from './inputs.js';
import { resolveProject } from './project.js';
import { resolveSources } from './sources.js';

const AT = { line: 4, column: 2 };
const option = (value: string): ResolvedOption => ({ key: 'k', value, keyPosition: AT, valuePosition: AT });
const MLPROJECT = `
name: t
conda_env: conda.yaml
entry_points:
  main:
    train:
      parameters:
        alpha: {type: float, default: 0.1}
        beta: float
      command: "python train.py {alpha} {beta}"
    api_predict:
      command: "python predict.py"
`;

describe('inputs in the store', () => {
  let folder: string;
  let store: ObjectStore;
  let context: InputContext;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mlsql-planning-'));
    store = await createLocalStore(folder);
    context = { store, buckets: new Buckets({}), hasher: new ContentHasher(store), clientFiles: new Map() };
    for (const [key, text] of Object.entries({
      'p/MLproject': MLPROJECT,
      'p/conda.yaml': 'dependencies:\n- python=3.9\n- numpy=1.2\n- pip:\n  - scikit-learn>=1\n',
      'p/train.py': 'x',
      'plain/a.py': 'y',
      'd/dt=1%2F2/part-0.csv': 'a',
      'd/_SUCCESS': '',
      'd/.hidden': '',
      'd/part-1.csv': 'b',
      'only/_SUCCESS': '',
    }))
      await store.put(key, Buffer.from(text));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are one file or a folder, with their hashes', async () => {
    expect(await resolveInput(context, '/plain/a.py', 'the script', AT)).toMatchObject({
      folder: false,
      name: 'a.py',
      files: [
        {
          path: 'a.py',
          key: 'plain/a.py',
          sizeBytes: 1,
          sha256: 'a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa',
        },
      ],
    });
    expect((await resolveInput(context, '/p', 'resource r', AT)).files.map((file) => file.path)).toEqual([
      'MLproject',
      'conda.yaml',
      'train.py',
    ]);
  });

  it('that are missing are named with what they were for, and where the script says so', async () => {
    await expect(resolveInput(context, '/no/such', 'resource r', AT)).rejects.toMatchObject({
      code: 'MLSQL_STORE_NOT_FOUND',
      message: expect.stringContaining('resource r'),
      details: { position: AT, path: '/no/such' },
    });
    await expect(resolveInput(context, './gone.py', 'the script', AT)).rejects.toMatchObject({
      code: 'MLSQL_SCRIPT_FILE_MISSING',
    });
    await expect(resolveInput(context, 's3://b/k', 'the script', AT)).rejects.toMatchObject({
      code: 'MLSQL_STORE_PATH_INVALID',
    });
  });

  it('make a project of a script, of an MLproject with its parameters, or of a folder with a script in it', async () => {
    expect(await resolveProject(context, { script: option('/plain/a.py') }, 'train', {})).toMatchObject({
      script: 'a.py',
      command: '',
    });
    expect(await resolveProject(context, { script: option('/p') }, 'train', { beta: "it's" })).toMatchObject({
      script: '',
      command: "python train.py '0.1' 'it'\\''s'",
      packages: ['numpy', 'scikit-learn'],
    });
    expect(
      await resolveProject(context, { project: option('/p'), script: option('./train.py') }, 'train', {}),
    ).toMatchObject({
      script: 'train.py',
      files: [{ path: 'MLproject' }, { path: 'conda.yaml' }, { path: 'train.py' }],
    });
  });

  it('that make no project say what is missing', async () => {
    await expect(resolveProject(context, { script: option('/plain') }, 'train', {})).rejects.toThrowError(
      /\/plain has no MLproject/,
    );
    await expect(resolveProject(context, { script: option('/p') }, 'train', {})).rejects.toThrowError(
      /\{beta\} has no value/,
    );
    await expect(resolveProject(context, { script: option('/p') }, 'batch_predict', {})).rejects.toThrowError(
      /no entry point "batch_predict".*train, api_predict/,
    );
    await expect(
      resolveProject(context, { project: option('/plain'), script: option('b.py') }, 'train', {}),
    ).rejects.toThrowError(/no file "b\.py"/);
  });

  it('are read by load without the hidden ones, with the values of partition folders', async () => {
    expect(await resolveSources(context, new Map(), '/d', AT)).toMatchObject([
      { displayName: '/d/dt=1%2F2/part-0.csv', partitionValues: { dt: '1/2' } },
      { displayName: '/d/part-1.csv' },
    ]);
    await expect(resolveSources(context, new Map(), '/only', AT)).rejects.toMatchObject({
      code: 'MLSQL_TABLE_EMPTY',
    });
    await expect(resolveSources(context, new Map(), '/nothing', AT)).rejects.toMatchObject({
      code: 'MLSQL_STORE_NOT_FOUND',
    });
  });
});
