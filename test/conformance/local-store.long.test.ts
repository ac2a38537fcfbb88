// The local directory is an object store; and what only a directory can do wrong.
import { execFile } from 'node:child_process';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openStore } from '../../shared/object-store/open-store.js';
import { PROCESS_IDENTITY } from '../../shared/object-store/process-identity.js';
import { expectCode, objectStoreConformance } from './object-store.js';

objectStoreConformance('local directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mlsql-store-'));
  return { store: await createLocalStore(folder), close: () => rm(folder, { recursive: true, force: true }) };
});

describe('a local directory as a store', () => {
  let base: string;
  let root: string;
  let store: ObjectStore;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'mlsql-store-'));
    root = join(base, 'store');
    store = await createLocalStore(root);
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  const put = (key: string, text = key) => store.put(key, Buffer.from(text));
  const read = async (key: string) => (await buffer((await store.get(key)).body)).toString();
  const keys = async (prefix: string, shallow = false) => {
    const found: string[] = [];
    for await (const entry of store.list(prefix, { shallow }))
      found.push(entry.kind === 'object' ? entry.info.key : entry.key);
    return found;
  };
  const temporary = () => readdir(join(root, '__mlsql__/.local/tmp'));

  it('lays objects out as the files that their keys name', async () => {
    await put('models/a b#%/中.txt', 'text');
    expect(await readFile(join(root, 'models/a b#%/中.txt'), 'utf8')).toBe('text');
    expect(store.localPath('models/a b#%/中.txt')).toBe(join(root, 'models/a b#%/中.txt'));
    expect(store.localPath('models/missing')).toBeUndefined();
    expect(store.url).toBe(`file://${root}`);
  });

  it('shows files that other tools put there, and none of its own', async () => {
    await mkdir(join(root, 'in/empty'), { recursive: true });
    await writeFile(join(root, 'in/data.csv'), 'a,b\n');
    expect(await keys('')).toEqual(['in/data.csv']);
    expect(await keys('', true)).toEqual(['in/']);
    expect(await keys('in/', true)).toEqual(['in/data.csv']);
    expect(await read('in/data.csv')).toBe('a,b\n');
  });

  it('notices a change in place by its etag', async () => {
    const before = await put('a', '12345678');
    await truncate(join(root, 'a'), 4);
    const after = await store.head('a');
    expect(after?.etag).not.toBe(before.etag);
    await utimes(join(root, 'a'), 1, 1);
    expect((await store.head('a'))?.etag).not.toBe(after?.etag);
    await expectCode(store.put('a', Buffer.from('x'), { ifMatch: before.etag }), 'MLSQL_STORE_PRECONDITION');
  });

  it('never gives an etag twice, however fast a key is written and inodes are used again', async () => {
    const etags = new Set<string>();
    for (let i = 0; i < 200; i++) {
      etags.add((await put('a', 'x')).etag);
      if (i % 3 === 0) await store.delete(['a']);
    }
    expect(etags.size).toBe(200);
  });

  it('refuses an object where a folder is, and below an object', async () => {
    await put('a/b');
    await expectCode(put('a'), 'MLSQL_STORE_PATH_INVALID');
    await expectCode(store.put('a', Buffer.from('x'), { ifAbsent: true }), 'MLSQL_STORE_PATH_INVALID');
    await expect(put('a/b/c/d')).rejects.toThrow('"/a/b" is an object');
    await expectCode(store.copy('a/b', 'a/b/c'), 'MLSQL_STORE_PATH_INVALID');
    expect(await keys('')).toEqual(['a/b']);
  });

  it('puts an object where only empty folders are', async () => {
    await mkdir(join(root, 'a/b/c'), { recursive: true });
    await put('a/b');
    expect(await keys('')).toEqual(['a/b']);
  });

  it('follows no symbolic link, to a file or a folder, inside or outside', async () => {
    const outside = join(base, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'secret');
    await put('real/file', 'inside');
    await symlink(outside, join(root, 'out'));
    await symlink(join(outside, 'secret'), join(root, 'file'));
    await symlink('real', join(root, 'alias'));
    await symlink('loop', join(root, 'loop'));
    expect(await keys('')).toEqual(['real/file']);
    expect(await keys('', true)).toEqual(['real/']);
    for (const prefix of ['out/', 'alias/', 'loop/', 'file/', 'out/s'])
      expect(await keys(prefix), prefix).toEqual([]);
    for (const key of ['out/secret', 'alias/file', 'loop/x']) {
      await expectCode(store.get(key), 'MLSQL_STORE_PATH_INVALID');
      await expectCode(store.head(key), 'MLSQL_STORE_PATH_INVALID');
      await expectCode(put(key), 'MLSQL_STORE_PATH_INVALID');
      await expectCode(store.copy(key, 'to'), 'MLSQL_STORE_PATH_INVALID');
      await expectCode(store.delete([key]), 'MLSQL_STORE_PATH_INVALID');
      expect(store.localPath(key)).toBeUndefined();
    }
    for (const key of ['file', 'loop']) {
      await expectCode(store.get(key), 'MLSQL_STORE_NOT_FOUND');
      expect(await store.head(key)).toBeUndefined();
      expect(store.localPath(key)).toBeUndefined();
      await store.delete([key]);
      await expectCode(put(key), 'MLSQL_STORE_PATH_INVALID');
    }
    await expectCode(put('out/deep/er'), 'MLSQL_STORE_PATH_INVALID');
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
  });

  it('waits for no named pipe and shows none', async () => {
    await promisify(execFile)('mkfifo', [join(root, 'pipe')]);
    await expectCode(store.get('pipe'), 'MLSQL_STORE_NOT_FOUND');
    expect(await store.head('pipe')).toBeUndefined();
    expect(await keys('')).toEqual([]);
  });

  it('keeps its own folder to itself', async () => {
    for (const key of ['__mlsql__/.local/tmp/x', '__mlsql__/.local/lock/x', '__mlsql__/.local']) {
      await expectCode(put(key), 'MLSQL_STORE_PATH_INVALID');
      await expectCode(store.delete([key]), 'MLSQL_STORE_PATH_INVALID');
    }
    await put('__mlsql__/.locally');
    expect(await keys('__mlsql__/', true)).toEqual(['__mlsql__/.locally']);
    expect(await keys('__mlsql__/.local/')).toEqual([]);
  });

  it('leaves no unfinished file behind, whatever failed', async () => {
    await put('a/b');
    await store.put('short', Readable.from([Buffer.from('a')]), { sizeBytes: 2 }).catch(() => undefined);
    await store.put('a/b', Buffer.from('x'), { ifAbsent: true }).catch(() => undefined);
    await store.put('a', Buffer.from('x')).catch(() => undefined);
    await store.copy('a/b', 'a').catch(() => undefined);
    await store.copy('a/b', 'c', { sourceDiscarded: true });
    await store.copy('a/b', 'c', { sourceDiscarded: true });
    expect(await temporary()).toEqual([]);
    expect(await keys('')).toEqual(['a/b', 'c']);
  });

  it('sweeps unfinished files of ended processes when it opens, and not those of living ones', async () => {
    const folder = join(root, '__mlsql__/.local/tmp');
    const [host, boot, namespace, , start] = PROCESS_IDENTITY.split('-');
    const living = `${PROCESS_IDENTITY}.00`;
    const ended = `${host}-${boot}-${namespace}-${process.pid}-${Number(start) + 1}.00`;
    const beforeReboot = `${host}-00000000-${namespace}-${process.pid}-${start}.00`;
    const elsewhere = `00000000-${boot}-${namespace}-1-1.00`;
    const elsewhereLongAgo = `00000000-${boot}-${namespace}-1-1.01`;
    for (const name of [living, ended, beforeReboot, elsewhere, elsewhereLongAgo])
      await writeFile(join(folder, name), 'part');
    await utimes(join(folder, elsewhereLongAgo), 1, 1);
    await createLocalStore(root);
    expect((await temporary()).sort()).toEqual([living, elsewhere].sort());
  });

  it('takes over a lock whose holder is dead, and only then', async () => {
    const { etag } = await put('a', 'one');
    await put('a', 'two');
    const locks = join(root, '__mlsql__/.local/lock');
    const [stripe] = await readdir(locks);
    const [host, boot, namespace, , start] = PROCESS_IDENTITY.split('-');
    await symlink(
      `${host}-${boot}-${namespace}-${process.pid}-${Number(start) + 1}`,
      join(locks, stripe!, '2'),
    );
    await expectCode(store.put('a', Buffer.from('x'), { ifMatch: etag }), 'MLSQL_STORE_PRECONDITION');
    await put('a', 'three');
    expect(await read('a')).toBe('three');
    // Held by this very process through another store object: it waits until that one lets go.
    await symlink(PROCESS_IDENTITY, join(locks, stripe!, '4'));
    await lstat(join(locks, stripe!, '4'));
    let done = false;
    const waiting = put('a', 'four').then(() => {
      done = true;
    });
    await store.head('a');
    expect(done).toBe(false);
    await symlink(PROCESS_IDENTITY, join(locks, stripe!, '4.free'));
    await waiting;
    expect(await read('a')).toBe('four');
  });

  it('lists a folder of 5,000 files in order', async () => {
    await mkdir(join(root, 'big'));
    const names = Array.from({ length: 5_000 }, (_, i) => `part-${i}`);
    for (let start = 0; start < names.length; start += 500) {
      await Promise.all(
        names.slice(start, start + 500).map((name) => writeFile(join(root, 'big', name), '')),
      );
    }
    expect(await keys('big/')).toEqual(names.map((name) => `big/${name}`).sort());
  });
});

describe('openStore', () => {
  it('takes a file URL literally', async () => {
    const base = await mkdtemp(join(tmpdir(), 'mlsql-store-'));
    try {
      const store = await openStore(`file://${base}/a%20b #c`, {});
      await store.put('x', Buffer.from('1'));
      expect(await readdir(base)).toEqual(['a%20b #c']);
      expect((await openStore(store.url, {})).url).toBe(store.url);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });

  it('names the URLs it understands when it refuses one', async () => {
    for (const url of ['s3:', '/tmp/x', 'file://host/x', 'file:///', '', 'file://']) {
      const opened = openStore(url, {});
      await expectCode(opened, 'MLSQL_USAGE_INVALID', url);
      await expect(opened).rejects.toMatchObject({ details: { hint: expect.stringContaining('file:///') } });
    }
  });

  it('says why a folder cannot be a store', async () => {
    const base = await mkdtemp(join(tmpdir(), 'mlsql-store-'));
    try {
      await writeFile(join(base, 'file'), '');
      await expectCode(createLocalStore(join(base, 'file')), 'MLSQL_STORE_UNAVAILABLE');
      await expectCode(createLocalStore(join(base, 'file/below')), 'MLSQL_STORE_UNAVAILABLE');
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });
});
