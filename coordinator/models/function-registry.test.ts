import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionId } from '../../shared/ids.js';
import { functionKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { type FunctionRecord, FunctionRegistry } from './function-registry.js';
import { temporaryStore } from './test-support.js';

let store: ObjectStore;
let close: () => Promise<void>;
let registry: FunctionRegistry;

beforeEach(async () => {
  ({ store, close } = await temporaryStore());
  registry = new FunctionRegistry(store);
});
afterEach(() => close());

const record = (name: string, id = `function-${name}`): FunctionRecord => ({
  id: functionId(id),
  name,
  alg: 'PythonAlg',
  path: '/m',
  version: 0,
  folder: 'm/_model_0',
  algIndex: 0,
  score: 0.5,
  kind: 'row',
  registeredMs: 1,
  spec: { name, script: 'predict.py', model: [{ path: 'model.pkl', key: 'k', size: 1, sha256: 'a' }] },
});

describe('FunctionRegistry', () => {
  it('keeps functions for whoever opens the store next', async () => {
    expect(await registry.register(record('predict'))).toBeUndefined();
    await registry.register(record('another'));
    const next = new FunctionRegistry(store);
    expect(await next.list()).toEqual([record('another'), record('predict')]);
    expect(await next.get('predict')).toEqual(record('predict'));
    expect(await next.get('missing')).toBeUndefined();
  });

  it('replaces a function of the same name, in any case, and gives the old one back', async () => {
    await registry.register(record('predict', 'f1'));
    expect(await registry.list()).toHaveLength(1);
    expect(await registry.register(record('Predict', 'f2'))).toEqual(record('predict', 'f1'));
    expect(await registry.list()).toEqual([record('Predict', 'f2')]);
    expect(await registry.get('PREDICT')).toEqual(record('Predict', 'f2'));
  });

  it('ends with one of the racers where several register a name', async () => {
    const racers = Array.from({ length: 10 }, (_, i) => record('f', `f${i}`));
    const replaced = await Promise.all(racers.map((racer) => registry.register(racer)));
    const ids = replaced.map((before) => before?.id).concat((await registry.get('f'))?.id);
    // Each was seen exactly once: as the one that another replaced, or as the last.
    expect(ids.filter((id) => id !== undefined).sort()).toEqual(racers.map(({ id }) => id).sort());
  });

  it('takes names of any characters', async () => {
    const names = ['预测', 'a/b', 'a%2Fb', 'with space', '..'];
    for (const name of names) await registry.register(record(name));
    expect((await registry.list()).map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const name of names) await registry.unregister(name);
    expect(await registry.list()).toEqual([]);
  });

  it('unregisters, and names the nearest where there is none', async () => {
    await registry.register(record('predict'));
    await expect(registry.unregister('predikt')).rejects.toMatchObject({
      code: 'MLSQL_FUNCTION_UNKNOWN',
      message: expect.stringContaining('predikt'),
      details: { hint: expect.stringContaining('"predict"') },
    });
    expect(await registry.unregister('predict')).toEqual(record('predict'));
    await expect(registry.unregister('predict')).rejects.toMatchObject({ code: 'MLSQL_FUNCTION_UNKNOWN' });
  });

  it('says which record is damaged', async () => {
    await store.put(functionKey('f'), Buffer.from('{'));
    await expect(registry.get('f')).rejects.toMatchObject({
      code: 'MLSQL_STORE_CORRUPT',
      message: expect.stringContaining('/f.json'),
    });
  });
});
