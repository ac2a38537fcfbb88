import { describe, expect, it } from 'vitest';
import type { RunEvent__Output } from '../../shared/rpc/gen/mlsql/v1/RunEvent.js';
import { eventLine, RunEventMapper } from './events.js';

const event = (body: Partial<RunEvent__Output>): RunEvent__Output => ({ seq: 1, timeMs: 1, ...body });
const lines = (...events: RunEvent__Output[]): string[] => {
  const mapper = new RunEventMapper();
  return events.flatMap((each) => mapper.map(each)).map(eventLine);
};

const GROUP = {
  algIndex: 0,
  phase: 'pending',
  progress: -1,
  attempt: 0,
  executor: '',
  message: '',
  traceback: '',
  startTimeMs: 0,
  endTimeMs: 0,
  cause: '',
  code: '',
  signal: '',
  peakMemoryBytes: 0,
  logLines: 0,
  failedAttempt: 0,
};

describe('what --json prints', () => {
  it('prints a statement with its place', () => {
    expect(lines(event({ statement: { index: 2, kind: 'train', state: 'running', line: 7 } }))).toEqual([
      '{"event":"statement","index":2,"kind":"train","state":"running","line":7}',
    ]);
  });

  it('prints a job with null for what is not known, and nothing more of a group than the contract names', () => {
    const job = { jobId: 'job-1', path: '/m', state: 'PENDING', reason: 'waits for a slot', summary: null };
    expect(lines(event({ job: { ...job, groups: [GROUP] } }))).toEqual([
      '{"event":"job","jobId":"job-1","path":"/m","version":null,"state":"PENDING","reason":"waits for a slot",' +
        '"groups":[{"algIndex":0,"phase":"pending","progress":null,"attempt":0,"executor":null,"score":null,"message":null}]}',
    ]);
  });

  it('keeps version 0, progress 0 and score 0: they are values', () => {
    const group = { ...GROUP, phase: 'running', progress: 0, attempt: 1, executor: 'e1', score: 0 };
    const [line] = lines(
      event({
        job: {
          jobId: 'j',
          path: '/m',
          version: 0,
          state: 'RUNNING',
          reason: '',
          groups: [group],
          summary: null,
        },
      }),
    );
    expect(JSON.parse(line!)).toMatchObject({
      version: 0,
      groups: [{ progress: 0, score: 0, executor: 'e1', attempt: 1 }],
    });
  });

  it('prints a job summary in its last event', () => {
    const summary = { dataBytesWritten: 0, dataBytesTotal: 10, bytesSynced: 0, durationMs: 5 };
    const [line] = lines(
      event({ job: { jobId: 'j', path: '/m', state: 'SUCCEEDED', reason: '', groups: [], summary } }),
    );
    expect(JSON.parse(line!).summary).toEqual(summary);
  });

  it('prints one event a log line, numbered on', () => {
    const log = { jobId: 'j', algIndex: 3, attempt: 2, firstSeq: 41, lines: ['a', '"ü"'] };
    expect(lines(event({ log }))).toEqual([
      '{"event":"log","jobId":"j","algIndex":3,"attempt":2,"seq":41,"line":"a"}',
      '{"event":"log","jobId":"j","algIndex":3,"attempt":2,"seq":42,"line":"\\"ü\\""}',
    ]);
  });

  it('prints a table that came in parts as one event, every digit kept', () => {
    const part = { name: 't', columns: [{ name: 'n', type: 'bigint' }], rowCount: 2, truncated: false };
    const [line, ...more] = lines(
      event({ table: { ...part, rowsJson: ['{"n":9007199254740993}'], last: false } }),
      event({ table: { ...part, columns: [], rowsJson: ['{"n":-9223372036854775808}'], last: true } }),
    );
    expect(line).toBe(
      '{"event":"table","name":"t","columns":[{"name":"n","type":"bigint"}],' +
        '"rows":[{"n":9007199254740993},{"n":-9223372036854775808}],"rowCount":2,"truncated":false}',
    );
    expect(more).toEqual([]);
  });

  it('leaves out of warnings and errors what does not apply', () => {
    const warning = { code: 'MLSQL_TRAIN_NO_SCORE', message: 'm', hint: '', line: 0, column: 0, jobId: '' };
    const error = {
      ...warning,
      code: 'MLSQL_TABLE_UNKNOWN',
      traceback: '',
      path: '',
      statement: 0,
      line: 3,
      column: 9,
    };
    expect(lines(event({ warning: { ...warning, algIndex: 0 } }), event({ error }))).toEqual([
      '{"event":"warning","code":"MLSQL_TRAIN_NO_SCORE","message":"m","algIndex":0}',
      '{"event":"error","code":"MLSQL_TABLE_UNKNOWN","message":"m","line":3,"column":9,"statement":0}',
    ]);
  });

  it('ends with done', () => {
    expect(lines(event({ done: { ok: true, runId: 'run-1', warnings: 2, state: 'succeeded' } }))).toEqual([
      '{"event":"done","ok":true,"runId":"run-1","warnings":2}',
    ]);
  });

  it('passes over events of a kind it does not know', () => {
    expect(lines(event({}))).toEqual([]);
  });
});
