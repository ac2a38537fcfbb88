// Attempts that an executor of this name left behind when it died. Their scripts run on behind their shims: the next
// executor of that name takes them over, follows them to their end and brings their results home.
import { readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../../shared/logger.js';
import { ownedName, PROCESS_IDENTITY } from '../../shared/object-store/process-identity.js';
import type { AttemptId__Output as AttemptId } from '../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { TaskSpec__Output as TaskSpec } from '../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import type { WorkDir } from '../cache/work-dir.js';
import { type AttemptFolder, attemptFolder, readJson, writeJson } from './attempt-folder.js';
import { isRunning, type ProcessRef } from './process-ref.js';
import { deadSessions, OWNER } from './session-folder.js';

/** An attempt that can be taken over. */
export interface LeftAttempt {
  readonly id: AttemptId;
  readonly task: TaskSpec;
  readonly dir: string;
  readonly shim: ProcessRef;
  /** Graphics cards that it uses. */
  readonly gpus: readonly string[];
}

/** What was taken over. */
export interface LeftWork {
  readonly attempts: readonly LeftAttempt[];
  /** Folders that hold them, ours from now on. */
  readonly sessions: readonly string[];
}

export const NOTHING_LEFT: LeftWork = { attempts: [], sessions: [] };

/** What attempt.json holds. It lies in a folder that a script may write to, so its shape is checked. */
const recordSchema = z.object({
  executor: z.string(),
  id: z.object({
    jobId: z.string(),
    algIndex: z.number().int().nonnegative(),
    attempt: z.number().int().positive(),
    epoch: z.number().int().nonnegative(),
  }),
  // The coordinator's own words, as the protocol has them; whatever else a script makes of them, it can only harm itself.
  task: z.looseObject({
    stagingPrefix: z.string().min(1),
    scriptName: z.string(),
    dataLocal: z.boolean(),
    graceMs: z.number(),
    keepLocalDirectory: z.boolean(),
  }),
  gpus: z.array(z.string()),
});

/** Notes an attempt that is about to start, for whoever comes after this process. */
export function noteAttempt(
  folder: AttemptFolder,
  executor: string,
  { id, task, gpus }: Pick<LeftAttempt, 'id' | 'task' | 'gpus'>,
): void {
  writeJson(folder.attempt, { executor, id, task, gpus });
}

/**
 * Takes over what dead executors of this name left in the work folder. What cannot be taken over (its script had not
 * started, or reads rows from a process that is dead) stays for the sweep.
 */
export async function takeLeftWork(workDir: WorkDir, executor: string, log: Logger): Promise<LeftWork> {
  const attempts: LeftAttempt[] = [];
  const sessions: string[] = [];
  for (const session of await deadSessions(workDir.attempts)) {
    const names = (await readdir(session).catch(() => [])).filter((name) => name !== OWNER);
    const left = (await Promise.all(names.map((name) => readLeft(join(session, name), executor)))).filter(
      (attempt) => attempt !== undefined,
    );
    if (left.length === 0) continue;
    await takeSession(workDir, session);
    sessions.push(session);
    attempts.push(...left);
  }
  if (attempts.length > 0)
    log.info({ attempts: attempts.length }, 'taking over what this executor left when it died');
  return { attempts, sessions };
}

async function readLeft(dir: string, executor: string): Promise<LeftAttempt | undefined> {
  const folder = attemptFolder(dir);
  const parsed = recordSchema.safeParse(readJson(folder.attempt));
  const shim = readJson(folder.shim) as ProcessRef | undefined;
  if (!parsed.success || shim === undefined || parsed.data.executor !== executor) return undefined;
  const { id, gpus } = parsed.data;
  const task = parsed.data.task as unknown as TaskSpec;
  if (!task.dataLocal) return undefined;
  const ended = await stat(folder.exit).then(
    () => true,
    () => false,
  );
  return ended || isRunning(shim) ? { id, task, dir, shim, gpus } : undefined;
}

/** The folder is ours from the moment that its owner's file is. */
async function takeSession(workDir: WorkDir, session: string): Promise<void> {
  const beside = join(workDir.partial, ownedName());
  await writeFile(beside, PROCESS_IDENTITY);
  await rename(beside, join(session, OWNER));
}
