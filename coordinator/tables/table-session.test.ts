// A session's thread may end by itself; what the session is comes back with the next one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionId } from '../../shared/ids.js';
import { createLogger } from '../../shared/logger.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import { compiledSqlProcess } from '../../test/support/sql-process.js';
import { SqlClient } from './sql-client.js';
import { TableSession } from './table-session.js';

const folder = mkdtempSync(join(tmpdir(), 'mlsql-session-'));
let client: SqlClient;

beforeAll(() => {
  client = new SqlClient({
    path: compiledSqlProcess(),
    logger: createLogger('sql', 'silent'),
    onCall: () => Promise.reject(new Error('no function is called here')),
    onLink: () => undefined,
  });
});

afterAll(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a session whose thread ended is opened again by the next use, with its views', async () => {
  const id = sessionId('s');
  const session = new TableSession({
    id,
    folder: join(folder, 's'),
    store: await createLocalStore(join(folder, 'store')),
    client,
    settings: { memoryLimitBytes: 256 * 1024 * 1024, threads: 1, allowedFolders: [`${folder}/`] },
  });
  await session.defineView('v', 'SELECT 7 AS c0');
  await client.closeSession(id);
  await expect(session.run('SELECT * FROM v')).rejects.toMatchObject({ failure: { cause: 'session' } });
  expect((await session.run('SELECT * FROM v')).rows).toEqual([[7]]);
  await session.close();
  await expect(session.run('SELECT 1')).rejects.toMatchObject({ code: 'MLSQL_RUN_CANCELLED' });
});
