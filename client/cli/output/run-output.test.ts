import { describe, expect, it } from 'vitest';
import { MlsqlError } from '../../../shared/errors.js';
import type { RunEvent } from '../../library/events.js';
import { errorEventOf, errorLines } from './problems.js';
import { createRunOutput, type Streams } from './run-output.js';

/** Streams that keep what is written, as a terminal or not. */
function streams(isTTY: boolean): Streams & { out: () => string; err: () => string } {
  const out: string[] = [];
  const err: string[] = [];
  return {
    stdout: { isTTY, columns: 80, rows: 24, write: (text: string) => out.push(text) > 0 },
    stderr: { isTTY, write: (text: string) => err.push(text) > 0 },
    out: () => out.join(''),
    err: () => err.join(''),
  } as Streams & { out: () => string; err: () => string };
}

const SCRIPT = { name: 'a.mlsql', text: 'set a="1";\nselect x from 表 as t;\n' };
const ERROR: RunEvent = {
  event: 'error',
  code: 'MLSQL_TABLE_UNKNOWN',
  message: 'no table "表"',
  hint: 'load it first',
  line: 2,
  column: 15,
  traceback: 'Traceback:\n  line 1',
};
const LOG: RunEvent = { event: 'log', jobId: 'j', algIndex: 3, attempt: 1, seq: 1, line: 'hello' };
const TABLE: RunEvent = {
  event: 'table',
  name: 't',
  columns: [{ name: 'a', type: 'int' }],
  rows: [{ a: 1 }],
  rowsJson: ['{"a":1}'],
  rowCount: 1,
  truncated: false,
};
const DONE: RunEvent = { event: 'done', ok: false, runId: 'r', warnings: 0, state: 'failed' };

describe('--json', () => {
  it('has nothing but events on stdout, one a line; notices go to stderr', async () => {
    const to = streams(true);
    const output = createRunOutput(to, true, SCRIPT);
    output.notice('using the cluster');
    for (const event of [LOG, TABLE, ERROR, DONE]) await output.event(event);
    const events = to
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(events).toEqual(['log', 'table', 'error', 'done']);
    expect(to.err()).toBe('using the cluster\n');
  });
});

describe('without a terminal', () => {
  it('writes plain lines: no escape sequences, results on stdout, problems on stderr', async () => {
    const to = streams(false);
    const output = createRunOutput(to, false, SCRIPT);
    for (const event of [LOG, TABLE, ERROR, DONE]) await output.event(event);
    expect(to.out()).toBe('[3] hello\na\n1\n1 row\n');
    expect(to.err()).not.toContain('\u001b');
    expect(to.err()).toContain('error MLSQL_TABLE_UNKNOWN: no table "表"\n  at a.mlsql:2:15\n');
  });

  it('names each group once when it starts and once when it ends', async () => {
    const to = streams(false);
    const output = createRunOutput(to, false, undefined);
    const group = {
      algIndex: 0,
      progress: null,
      attempt: 1,
      executor: 'executor-1',
      score: 0.5,
      message: null,
    };
    const job = { event: 'job', jobId: 'job-1', path: '/m', version: 0, reason: '' } as const;
    await output.event({ ...job, state: 'PENDING', groups: [{ ...group, phase: 'pending' }] });
    await output.event({ ...job, state: 'RUNNING', groups: [{ ...group, phase: 'running' }] });
    await output.event({ ...job, state: 'RUNNING', groups: [{ ...group, phase: 'running', progress: 0.5 }] });
    await output.event({ ...job, state: 'RUNNING', groups: [{ ...group, phase: 'succeeded' }] });
    await output.event({ ...job, state: 'SUCCEEDED', groups: [] });
    expect(to.out().split('\n')).toEqual([
      'train /m, version 0: job job-1',
      '  group 0 runs on executor-1',
      '  group 0 succeeded, score 0.5',
      'train /m, version 0: succeeded, 1 of 1 group succeeded, best score 0.5 (group 0)',
      '',
    ]);
  });
});

describe('on a terminal', () => {
  it('draws tables, lets lines scroll, and leaves nothing live behind', async () => {
    const to = streams(true);
    const output = createRunOutput(to, false, SCRIPT);
    await output.event({ event: 'statement', index: 0, kind: 'select', state: 'running', line: 2 });
    for (const event of [LOG, TABLE, ERROR, DONE]) await output.event(event);
    expect(to.out()).toContain('┌');
    expect(to.out()).toContain('hello');
    expect(to.out()).not.toContain('line 2: select');
  });
});

describe('an error', () => {
  it('shows the line with a caret under the word, also behind wide characters', () => {
    const wide = { name: 'a', text: 'select 表, x from t;' };
    const lines = errorLines({ event: 'error', code: 'C', message: 'm', line: 1, column: 11 }, wide);
    expect(lines.slice(2, 4)).toEqual(['  1 | select 表, x from t;', `${' '.repeat(17)}^`]);
  });

  it("carries what was thrown, and a defect's stack", () => {
    const known = new MlsqlError('MLSQL_USAGE_INVALID', 'm', { hint: 'h', position: { line: 1, column: 2 } });
    expect(errorEventOf(known)).toEqual({
      event: 'error',
      code: 'MLSQL_USAGE_INVALID',
      message: 'm',
      hint: 'h',
      line: 1,
      column: 2,
    });
    expect(errorEventOf(new TypeError('x is undefined'))).toMatchObject({
      code: 'MLSQL_INTERNAL',
      message: 'x is undefined',
      traceback: expect.stringContaining('run-output.test'),
    });
  });
});
