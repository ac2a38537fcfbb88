import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../../shared/logger.js';
import { PROCESS_IDENTITY } from '../../shared/object-store/process-identity.js';
import type { WorkDir } from '../cache/work-dir.js';
import { OWNER, sweepDeadSessions } from './session-folder.js';

test('of a session that was taken over only the taken attempts stay', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mlsql-sessions-'));
  try {
    const workDir = {
      attempts: join(root, 'attempts'),
      functions: join(root, 'functions'),
      partial: join(root, 'partial'),
    } as WorkDir;
    for (const folder of [workDir.functions, workDir.partial]) mkdirSync(folder, { recursive: true });
    const session = join(workDir.attempts, 'taken');
    const [runs, neverStarted] = [join(session, 'runs'), join(session, 'never-started')];
    for (const attempt of [runs, neverStarted]) mkdirSync(join(attempt, 'work'), { recursive: true });
    writeFileSync(join(session, OWNER), PROCESS_IDENTITY);
    const taken = { sessions: [session], attempts: [{ dir: runs }] };
    await sweepDeadSessions(workDir, createLogger('test', 'silent'), taken);
    expect(existsSync(runs)).toBe(true);
    expect(existsSync(neverStarted)).toBe(false);
    expect(existsSync(join(session, OWNER))).toBe(true);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
