// Reads a whole state in a process of its own. A damaged file of LMDB ends the process that reads it, by a signal that no
// code of ours can catch: better that one than a coordinator that has taken the store already.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ErrorCode, MlsqlError } from '../../shared/errors.js';
import { DIST_ROOT } from '../../shared/paths.js';
import type { StateFacts } from './facts.js';
import { stateFile } from './state-db.js';

type Answer =
  | { readonly facts: StateFacts }
  | { readonly code: ErrorCode; readonly message: string; readonly hint: string };

/**
 * What the state holds, once every record was read and found to fit the others.
 * @throws MlsqlError MLSQL_STATE_UNREADABLE, MLSQL_STATE_FOREIGN or MLSQL_STATE_NEWER; nothing was changed
 */
export async function probeState(stateDir: string): Promise<StateFacts> {
  const scratch = await mkdtemp(join(tmpdir(), 'mlsql-state-'));
  try {
    return await probe(stateDir, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function probe(stateDir: string, scratch: string): Promise<StateFacts> {
  const program = pathToFileURL(join(DIST_ROOT, 'coordinator/state/tool.js')).href;
  const code = `const { tellFacts } = await import(${JSON.stringify(program)}); await tellFacts(process.argv[1], process.argv[2]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, stateDir, scratch], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    said += String(text);
  });
  child.stderr.on('data', (text) => {
    errors = `${errors}${String(text)}`.slice(-2_000);
  });
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject).once('close', (...end) => resolve(end));
  });
  if (signal !== null || status !== 0)
    throw new MlsqlError(
      'MLSQL_STATE_UNREADABLE',
      `the state ${stateFile(stateDir)} is damaged: reading it ended in ${signal ?? `exit code ${status}`}${
        errors.trim() === '' ? '' : ` (${errors.trim().split('\n')[0]!.slice(0, 200)})`
      }`,
      {
        hint: 'nothing was changed: bring back a copy (mlsql state import), or move the file away; what the store tells is found again',
      },
    );
  const answer = JSON.parse(said) as Answer;
  if ('facts' in answer) return answer.facts;
  throw new MlsqlError(answer.code, answer.message, { hint: answer.hint });
}
