import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MlsqlError } from '../../shared/errors.js';
import { jobId } from '../../shared/ids.js';
import {
  attemptStaging,
  claimKey,
  failedFolder,
  jobLogKey,
  metaKey,
} from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { claimVersion } from './claims.js';
import { readGroups, readTrain } from './meta-files.js';
import { createPublisher, type Publisher } from './publisher.js';
import { selectModel } from './select-model.js';
import { settleClaims } from './settle-claims.js';
import {
  claim,
  describeTrain,
  ended,
  failure,
  hashObject,
  keysBelow,
  readText,
  sha256,
  silent,
  snapshot,
  success,
  temporaryStore,
  trainAndPublish,
  uploadAttempt,
} from './test-support.js';
import { readVersions } from './versions.js';

const PATH = 'models/digits 中';
let store: ObjectStore;
let close: () => Promise<void>;
let publisher: Publisher;

beforeEach(async () => {
  ({ store, close } = await temporaryStore());
  publisher = createPublisher({ store, logger: silent });
});
afterEach(() => close());

describe('claims that no job stands behind', () => {
  it('are ended with a meta/0 that names their groups; those of known jobs, of now, and ended ones stay', async () => {
    const orphan = await claim(publisher, store, PATH, 'job-orphan', { groups: 2 });
    const known = await claim(publisher, store, PATH, 'job-known');
    const generation = await claim(publisher, store, 'deep/other', 'job-gen', { keepVersion: false });
    const ended = await claim(publisher, store, PATH, 'job-ended');
    await publisher.abandon({ ...ended, claim: { jobId: ended.jobId, train: ended.train } }, 'before', 1);
    const strange = `${PATH}/_model_9/_claim.json`;
    await store.put(strange, Buffer.from('no json'));
    const settle = (startMs: number) =>
      settleClaims({ store, publisher, logger: silent }, (job) => job === known.jobId, startMs);
    expect(await settle(0)).toBe(0);
    expect(await settle(2000)).toBe(3);
    expect(await settle(2000)).toBe(0);
    expect(await store.head(metaKey(known.folder, 0))).toBeUndefined();
    const rows = async (folder: string) => (await readGroups(store, folder))!;
    expect(await rows(orphan.folder)).toMatchObject([
      { algIndex: 0, status: 'cancelled', alg: 'train.py', trainParams: { C: '0' } },
      { algIndex: 1, status: 'cancelled' },
    ]);
    expect(await rows(failedFolder(generation.path, generation.jobId))).toMatchObject([
      { status: 'cancelled' },
    ]);
    expect(await rows(`${PATH}/_model_9`)).toMatchObject([{ algIndex: 0, status: 'cancelled' }]);
    expect((await rows(ended.folder))[0]!.message).toBe('before');
    await publisher.abandonJob(PATH, known.jobId, 'no script any more', 5);
    await publisher.abandonJob(PATH, jobId('job-never'), 'nothing', 5);
    expect((await rows(known.folder))[0]!.message).toBe('no script any more');
  });
});

describe('claim', () => {
  it('gives racing trains numbers of their own, without gaps', async () => {
    const targets = await Promise.all(
      Array.from({ length: 12 }, (_, i) => claim(publisher, store, PATH, `job-${i}`)),
    );
    expect(targets.map(({ version }) => version).sort((a, b) => a! - b!)).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    );
  });

  it('takes a claim for its own that was there already when the request was sent again', async () => {
    let lost = 0;
    const losing = new Proxy(store, {
      get: (target, name) =>
        name === 'put'
          ? async (...args: Parameters<ObjectStore['put']>) => {
              await target.put(...args);
              if (lost++ === 0) throw new MlsqlError('MLSQL_STORE_PRECONDITION', 'it is there already');
            }
          : (Reflect.get(target, name, target) as () => unknown).bind?.(target),
    });
    const place = await claimVersion(losing, PATH, {
      ...{ jobId: jobId('job-a'), runId: 'run-1', user: 'me', claimedMs: 1000 },
      train: await describeTrain(store, 1),
    });
    expect(place.version).toBe(0);
    expect(lost).toBe(1);
  });

  it('gives the same job the same version again, also when others came after', async () => {
    const first = await claim(publisher, store, PATH, 'job-a');
    await claim(publisher, store, PATH, 'job-b');
    expect(await claim(publisher, store, PATH, 'job-a')).toEqual(first);
    expect((await claim(publisher, store, PATH, 'job-c')).version).toBe(2);
  });

  it('goes on behind the highest version that the original wrote', async () => {
    await store.put(`${PATH}/_model_7/model/0/model.pkl`, Buffer.from('x'));
    expect(await claim(publisher, store, PATH, 'job-a')).toMatchObject({
      version: 8,
      folder: `${PATH}/_model_8`,
    });
  });

  it('stays where it is, and is no version yet', async () => {
    const target = await claim(publisher, store, PATH, 'job-a');
    expect(JSON.parse(await readText(store, claimKey(target.folder)))).toMatchObject({
      jobId: 'job-a',
      runId: 'run-1',
    });
    expect(await readVersions(store, PATH)).toEqual([]);
  });
});

describe('accept', () => {
  it('lets one attempt count, whoever asks when', async () => {
    const target = await claim(publisher, store, PATH, 'job-a');
    const results = await Promise.all([1, 2, 3].map((attempt) => uploadAttempt(store, target, 0, attempt)));
    const answers = await Promise.all(results.map((result, i) => publisher.accept(target, 0, i + 1, result)));
    expect(new Set(answers.map(({ attempt }) => attempt)).size).toBe(1);
    expect(answers[0]!.result).toEqual(results[answers[0]!.attempt - 1]);
    expect(await publisher.accept(target, 0, 9, results[0]!)).toEqual(answers[0]);
  });
});

describe('publish with versions', () => {
  it('leaves the layout of the contract, and nothing else', async () => {
    const target = await claim(publisher, store, PATH, 'job-a', { groups: 2 });
    const results = await Promise.all([0, 1].map((algIndex) => uploadAttempt(store, target, algIndex, 1)));
    for (const algIndex of [0, 1]) await publisher.accept(target, algIndex, 1, results[algIndex]!);
    const published = await publisher.publish(
      target,
      ended([success(0, 1, results[0]!, 0.7), success(1, 1, results[1]!, 0.9)]),
    );
    expect(published).toMatchObject({ version: 0, folder: `${PATH}/_model_0` });
    expect(await keysBelow(store, `${PATH}/`)).toEqual([
      '_model_0/_claim.json',
      '_model_0/_project/train.py',
      '_model_0/log/0.log',
      '_model_0/log/1.log',
      '_model_0/meta/0/part-00000.parquet',
      '_model_0/meta/1/part-00000.parquet',
      '_model_0/model/0/model.pkl',
      '_model_0/model/0/sub/weights.bin',
      '_model_0/model/1/model.pkl',
      '_model_0/model/1/sub/weights.bin',
      '_model_0/resource/0/dict/deep/more.txt',
      '_model_0/resource/0/dict/words.txt',
      '_model_0/resource/0/stop',
    ]);
    expect(await readText(store, `${PATH}/_model_0/log/1.log`)).toBe('log of 1-1\n');
    expect(published.groups).toEqual(await readGroups(store, target.folder));
    expect(published.groups[1]).toEqual({
      modelPath: 'model/1',
      algIndex: 1,
      alg: 'train.py',
      score: 0.9,
      status: 'success',
      startTime: 1000,
      endTime: 2000,
      trainParams: { C: '1' },
      message: '',
      metrics: { loss: 0.5 },
      attempts: 1,
      executor: 'executor-1',
      files: [
        { path: 'model.pkl', sizeBytes: 20, sha256: sha256('model 1 by attempt 1') },
        { path: 'sub/weights.bin', sizeBytes: 1, sha256: sha256('w') },
      ],
    });
    expect(await readTrain(store, target.folder)).toMatchObject({
      jobId: 'job-a',
      systemParam: { pythonPath: 'python' },
      interpreter: { executable: '/usr/bin/python3', version: '3.11.7', platform: 'linux' },
      versions: { numpy: '2.0.0', mlsql: expect.any(String) },
      script: 'train.py',
    });
  });

  it('keeps failed groups beside the successful', async () => {
    const target = await claim(publisher, store, PATH, 'job-a', { groups: 2 });
    const result = await uploadAttempt(store, target, 1, 2);
    await publisher.accept(target, 1, 2, result);
    await store.put(jobLogKey('job-a', 0, 1), Buffer.from('Traceback …\n'));
    const { groups } = await publisher.publish(
      target,
      ended([failure(0, 'ValueError: no'), success(1, 2, result)]),
    );
    expect(
      groups.map(({ status, message, score, files }) => [status, message, score, files?.length]),
    ).toEqual([
      ['fail', 'ValueError: no', null, 0],
      ['success', '', null, 2],
    ]);
    expect(await readText(store, `${target.folder}/log/0.log`)).toBe('Traceback …\n');
    expect(await readText(store, `${target.folder}/log/1.log`)).toBe('log of 1-2\n');
    expect((await readTrain(store, target.folder))?.warnings).toEqual([
      { algIndex: 0, code: 'MLSQL_TASK_PYTHON_VERSION', message: 'another version' },
    ]);
  });

  it('publishes a group that saved no file, with an empty manifest', async () => {
    await trainAndPublish(store, PATH, { id: 'job-a', files: {} });
    expect((await readVersions(store, PATH))[0]?.groups[0]).toMatchObject({ status: 'success', files: [] });
  });

  it('publishes the accepted attempt, whichever the outcome names, and no late attempt touches it', async () => {
    const target = await claim(publisher, store, PATH, 'job-a');
    const first = await uploadAttempt(store, target, 0, 1);
    const zombie = await uploadAttempt(store, target, 0, 2);
    await publisher.accept(target, 0, 1, first);
    await publisher.accept(target, 0, 2, zombie);
    await publisher.publish(target, ended([success(0, 2, zombie, 0.1)]));
    expect(await readText(store, `${target.folder}/model/0/model.pkl`)).toBe('model 0 by attempt 1');
    // A coordinator that was paused all the while: it may have its own attempt accepted now that staging is gone, and
    // publishes; the version stays.
    const before = await snapshot(store, PATH);
    const late = await uploadAttempt(store, target, 0, 3);
    await publisher.accept(target, 0, 3, late);
    const again = await publisher.publish(target, ended([success(0, 3, late, 0.9)]));
    expect(again.groups[0]).toMatchObject({ score: 0.1, files: first.files });
    await publisher.fail(target, ended([failure(0, 'lost')], 'FAILED', 'lost'));
    expect(await snapshot(store, PATH)).toEqual(before);
  });

  it('refuses to publish what was never accepted', async () => {
    const target = await claim(publisher, store, PATH, 'job-a');
    const result = await uploadAttempt(store, target, 0, 1);
    await expect(publisher.publish(target, ended([success(0, 1, result)]))).rejects.toThrow('never accepted');
    expect(await readVersions(store, PATH)).toEqual([]);
  });

  it.each([
    ['gone', (key: string) => store.delete([key]), 'is not there any more'],
    ['changed', (key: string) => store.put(key, Buffer.from('other')), '5 bytes instead of 20'],
  ])('refuses to publish where a staged file is %s', async (_what, harm, message) => {
    const target = await claim(publisher, store, PATH, 'job-a');
    const result = await uploadAttempt(store, target, 0, 1);
    await publisher.accept(target, 0, 1, result);
    await harm(`${attemptStaging(target.folder, 0, 1)}/model/model.pkl`);
    const publish = publisher.publish(target, ended([success(0, 1, result)]));
    await expect(publish).rejects.toMatchObject({
      code: 'MLSQL_MODEL_CORRUPT',
      message: expect.stringContaining(message),
    });
    expect(await readVersions(store, PATH)).toEqual([]);
    // The job then ends as failed, and of the attempt to publish nothing is left.
    await publisher.fail(target, ended([failure(0, 'gone')], 'FAILED', 'gone'));
    expect(await keysBelow(store, `${target.folder}/`)).toEqual([
      '_claim.json',
      'log/0.log',
      'meta/0/part-00000.parquet',
      'meta/1/part-00000.parquet',
    ]);
  });
});

describe('fail', () => {
  it('keeps meta and logs of a failed version, which no reader takes for a model', async () => {
    await trainAndPublish(store, PATH, { id: 'job-good' });
    const good = await snapshot(store, `${PATH}/_model_0`);
    const target = await claim(publisher, store, PATH, 'job-bad', { groups: 2 });
    const result = await uploadAttempt(store, target, 0, 1);
    await publisher.accept(target, 0, 1, result);
    const outcome = ended(
      [success(0, 1, result, 0.99), failure(1, 'boom')],
      'FAILED',
      'minSuccess asks for all',
    );
    const { groups } = await publisher.fail(target, outcome);
    expect(groups.map(({ status, message, files }) => [status, message, files])).toEqual([
      ['fail', 'succeeded, but the train was not published: minSuccess asks for all', []],
      ['fail', 'boom', []],
    ]);
    // What was accepted waits for a retry.
    expect(await keysBelow(store, `${target.folder}/`)).toEqual([
      '_claim.json',
      '_staging/0-1/model/model.pkl',
      '_staging/0-1/model/sub/weights.bin',
      '_staging/accepted/0',
      'log/0.log',
      'meta/0/part-00000.parquet',
      'meta/1/part-00000.parquet',
    ]);
    expect(await snapshot(store, `${PATH}/_model_0`)).toEqual(good);
    expect((await readVersions(store, PATH)).map(({ version }) => version)).toEqual([1, 0]);
    const model = await selectModel(store, PATH, {}, (info) => hashObject(store, info));
    expect(model.version).toBe(0);
  });

  it('says cancelled of a cancelled job, also where no group was ever started', async () => {
    const target = await claim(publisher, store, PATH, 'job-a', { groups: 2 });
    const result = await uploadAttempt(store, target, 0, 1);
    await publisher.accept(target, 0, 1, result);
    const never = {
      ...failure(1, 'cancelled by me'),
      status: 'cancelled' as const,
      attempts: 0,
      attempt: 0,
      startTimeMs: 0,
    };
    const { groups } = await publisher.fail(
      target,
      ended([success(0, 1, result), never], 'CANCELLED', 'cancelled by me'),
    );
    expect(groups.map(({ status, startTime }) => [status, startTime])).toEqual([
      ['cancelled', 1000],
      ['cancelled', 2000],
    ]);
  });

  it('leaves a replaced path as it was, and its meta below _failed', async () => {
    await trainAndPublish(store, PATH, { id: 'job-good', keepVersion: false });
    const good = await snapshot(store, PATH);
    const target = await claim(publisher, store, PATH, 'job-bad', { keepVersion: false });
    await uploadAttempt(store, target, 0, 1);
    const failed = await publisher.fail(target, ended([failure(0, 'boom')], 'FAILED', 'boom'));
    expect(failed.folder).toBe(`${PATH}/_failed/job-bad`);
    expect(await keysBelow(store, `${PATH}/_failed/`)).toEqual([
      'job-bad/log/0.log',
      'job-bad/meta/0/part-00000.parquet',
      'job-bad/meta/1/part-00000.parquet',
    ]);
    expect(await snapshot(store, PATH, '_failed/')).toEqual(good);
    expect(await publisher.fail(target, ended([failure(0, 'again')], 'FAILED', 'again'))).toEqual(failed);
  });
});

describe('publish without versions', () => {
  it('makes an immutable generation, the head that names it, and the model beside it', async () => {
    await trainAndPublish(store, PATH, { id: 'job-a', keepVersion: false, scores: [0.5, 0.6] });
    expect(await keysBelow(store, `${PATH}/`)).toEqual([
      '_gen/job-a/_claim.json',
      '_gen/job-a/_project/train.py',
      '_gen/job-a/log/0.log',
      '_gen/job-a/log/1.log',
      '_gen/job-a/meta/0/part-00000.parquet',
      '_gen/job-a/meta/1/part-00000.parquet',
      '_gen/job-a/model/0/model.pkl',
      '_gen/job-a/model/0/sub/weights.bin',
      '_gen/job-a/model/1/model.pkl',
      '_gen/job-a/model/1/sub/weights.bin',
      '_gen/job-a/resource/0/dict/deep/more.txt',
      '_gen/job-a/resource/0/dict/words.txt',
      '_gen/job-a/resource/0/stop',
      '_project/train.py',
      'meta/0/part-00000.parquet',
      'meta/1/part-00000.parquet',
      'model/0/model.pkl',
      'model/0/sub/weights.bin',
      'model/1/model.pkl',
      'model/1/sub/weights.bin',
      'resource/0/dict/deep/more.txt',
      'resource/0/dict/words.txt',
      'resource/0/stop',
    ]);
    expect((await readGroups(store, PATH))?.map(({ modelPath }) => modelPath)).toEqual([
      '_gen/job-a/model/0',
      '_gen/job-a/model/1',
    ]);
  });

  it('replaces the head by each success, keeps older generations, and clears old files beside it', async () => {
    await trainAndPublish(store, PATH, {
      id: 'job-a',
      keepVersion: false,
      scores: [0.5, 0.6],
      files: { 'old.pkl': 'o', x: 'file' },
    });
    await trainAndPublish(store, PATH, { id: 'job-b', keepVersion: false, files: { 'x/new.pkl': 'n' } });
    expect((await keysBelow(store, `${PATH}/model/`)).sort()).toEqual(['0/x/new.pkl']);
    expect((await readVersions(store, PATH)).map(({ folder }) => folder)).toEqual([`${PATH}/_gen/job-b`]);
    expect(await readText(store, `${PATH}/_gen/job-a/model/0/old.pkl`)).toBe('o');
  });

  it('takes the place of a model that the original wrote', async () => {
    await store.put(`${PATH}/meta/0/part-00000-aaaa.snappy.parquet`, Buffer.from('old'));
    await store.put(`${PATH}/meta/0/_SUCCESS`, Buffer.from(''));
    await store.put(`${PATH}/model/0/old.pkl`, Buffer.from('old'));
    await trainAndPublish(store, PATH, { id: 'job-a', keepVersion: false });
    expect(await keysBelow(store, `${PATH}/meta/0/`)).toEqual(['part-00000.parquet']);
    expect(await keysBelow(store, `${PATH}/model/`)).toEqual(['0/model.pkl', '0/sub/weights.bin']);
  });

  it('is not pushed back by an older publish that is finished late', async () => {
    const older = await trainAndPublish(store, PATH, { id: 'job-a', keepVersion: false, now: 1000 });
    await trainAndPublish(store, PATH, { id: 'job-b', keepVersion: false, now: 9000 });
    const result = await uploadAttempt(store, older, 0, 1);
    await publisher.publish(older, ended([success(0, 1, result)]));
    expect((await readVersions(store, PATH))[0]?.folder).toBe(`${PATH}/_gen/job-b`);
  });

  it('leaves one whole model where many trains publish at once', async () => {
    await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        trainAndPublish(store, PATH, {
          id: `job-${i}`,
          keepVersion: false,
          files: { 'model.pkl': `by job-${i}`, [`only-${i}`]: '' },
        }),
      ),
    );
    const [version] = await readVersions(store, PATH);
    const id = version!.folder.slice(`${PATH}/_gen/job-`.length);
    expect(await readText(store, `${PATH}/model/0/model.pkl`)).toBe(`by job-${id}`);
    expect(await keysBelow(store, `${PATH}/model/`)).toEqual(['0/model.pkl', `0/only-${id}`]);
    expect((await readTrain(store, PATH))?.jobId).toBe(`job-${id}`);
  });
});
