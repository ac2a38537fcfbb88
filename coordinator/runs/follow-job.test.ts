// A job that is followed anew after a restart, while its executors are already bringing further lines.
import { expect, it } from 'vitest';
import type { LogAppended, LogListener } from '../runtime/log-store.js';
import type { JobOutcome } from '../scheduling/outcome.js';
import type { RunContext } from './context.js';
import { followJob } from './follow-job.js';
import type { RunEventBody } from './run-events.js';

it('tells each line once, in order, when lines come while it looks for those that nobody told of', async () => {
  const emitted: RunEventBody[] = [];
  let append: LogListener = () => undefined;
  let found: (lines: number) => void = () => undefined;
  let finish: () => void = () => undefined;
  const group = { algIndex: 2, attempt: 1 };
  const jobs = {
    logs: {
      onAppended: (_job: string, listener: LogListener) => {
        append = listener;
        return () => undefined;
      },
      count: () =>
        new Promise<number>((resolve) => {
          found = resolve;
        }),
    },
    get: () => ({
      jobId: 'job-1',
      path: 'm',
      state: 'RUNNING',
      reason: '',
      groups: [group],
      group: () => group,
    }),
    subscribe: () => () => undefined,
    finished: () =>
      new Promise<JobOutcome>((resolve) => {
        finish = () => resolve({} as JobOutcome);
      }),
  };
  const context = {
    runId: 'run-1',
    signal: new AbortController().signal,
    services: {
      jobs,
      logForwarder: { forward: () => undefined },
      clock: { now: () => 0, after: () => () => undefined },
    },
    // Two lines were told before the coordinator died; it had kept three more.
    toldLines: () => new Map([['2/1', 2]]),
    emit: (body: RunEventBody) => emitted.push(body),
  } as unknown as RunContext;
  const following = followJob(context, 'job-1', { line: 1, column: 1 });
  const appended = (firstSeq: number, count: number): void =>
    append({ ref: { jobId: 'job-1', ...group }, firstSeq, count } as LogAppended);
  appended(6, 2);
  found(7);
  await Promise.resolve();
  appended(8, 1);
  await new Promise(setImmediate);
  finish();
  await following;
  const lines = emitted.flatMap((body) =>
    body.kind === 'log' ? Array.from({ length: body.count }, (_, n) => body.firstSeq + n) : [],
  );
  expect(lines).toEqual([3, 4, 5, 6, 7, 8]);
});
