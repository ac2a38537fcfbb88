import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SmallCoordinator, TOKEN } from '../../test/support/small-coordinator.js';
import { homeAt, openHome } from '../embedded/home.js';
import { parseAddress, useCluster } from './cluster.js';
import { readEnvironment } from './environment.js';
import { exitCodeOf } from './exit-codes.js';

let folder: string;
let coordinator: SmallCoordinator;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-cli-'));
  coordinator = await new SmallCoordinator().start();
});
afterEach(() => {
  coordinator.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('reads addresses, and refuses what is none', () => {
  expect(['h:1', 'h', '[::1]:5', '10.0.0.1:65535'].map(parseAddress)).toEqual([
    'h:1',
    'h:50051',
    '[::1]:5',
    '10.0.0.1:65535',
  ]);
  for (const bad of ['', 'h:', 'h:0', 'h:65536', 'http://h:1', 'a b:1'])
    expect(() => parseAddress(bad)).toThrow('HOST:PORT');
});

it('takes the token from the environment, itself or by file', () => {
  const file = join(folder, 'token');
  writeFileSync(file, 'from-file\n');
  expect(readEnvironment({ MLSQL_TOKEN: 'direct', MLSQL_TOKEN_FILE: file }).token).toBe('direct');
  expect(readEnvironment({ MLSQL_TOKEN_FILE: file }).token).toBe('from-file');
  expect(() => readEnvironment({ MLSQL_TOKEN_FILE: join(folder, 'none') })).toThrow(
    expect.objectContaining({ code: 'MLSQL_USAGE_INVALID' }),
  );
});

it('refuses --cluster with --home, and says where no cluster runs', async () => {
  const request = { need: 'live', onNotice: () => undefined } as const;
  const both = useCluster({ ...request, options: { cluster: 'h:1', home: folder } });
  await expect(both).rejects.toMatchObject({ code: 'MLSQL_USAGE_INVALID' });
  const none = await useCluster({ ...request, options: { home: folder } }).catch((error: unknown) => error);
  expect(none).toMatchObject({ code: 'MLSQL_CLUSTER_UNREACHABLE', message: expect.stringContaining(folder) });
  expect(exitCodeOf(none)).toBe(3);
});

it("finds the home's token for a cluster on this machine", async () => {
  const { home } = openHome(homeAt(join(folder, '.mlsql')));
  writeFileSync(home.tokenFile, TOKEN);
  const before = process.cwd();
  process.chdir(folder);
  try {
    const used = await useCluster({
      options: { cluster: coordinator.address },
      need: 'live',
      onNotice: () => undefined,
    });
    await used.close();
  } finally {
    process.chdir(before);
  }
});
