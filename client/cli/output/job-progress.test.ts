import { describe, expect, it } from 'vitest';
import type { GroupEvent, JobEvent } from '../../library/events.js';
import { JobProgress } from './job-progress.js';

const group = (algIndex: number, phase: string, more: Partial<GroupEvent> = {}): GroupEvent => ({
  algIndex,
  phase,
  progress: null,
  attempt: 1,
  executor: 'executor-1',
  score: null,
  message: null,
  ...more,
});
const job = (groups: GroupEvent[], more: Partial<JobEvent> = {}): JobEvent => ({
  event: 'job',
  jobId: 'job-1',
  path: '/models/a',
  version: 3,
  state: 'RUNNING',
  reason: '',
  groups,
  ...more,
});

describe('progress', () => {
  it('stays short with 200 groups, and counts them all', () => {
    const progress = new JobProgress(job(Array.from({ length: 200 }, (_, index) => group(index, 'pending'))));
    progress.apply(
      job(Array.from({ length: 50 }, (_, index) => group(index, 'succeeded', { score: index / 100 }))),
    );
    progress.apply(
      job([group(50, 'failed'), ...Array.from({ length: 20 }, (_, index) => group(60 + index, 'running'))]),
    );
    const lines = progress.progressLines(200);
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('train /models/a, version 3');
    expect(lines[1]).toContain(
      '25%  50 of 200 groups succeeded, 1 failed, 20 running, 129 waiting, best score 0.49 (group 49)',
    );
    expect(lines[2]).toMatch(/^ {2}group 60 +running +executor-1$/);
    expect(lines.at(-1)).toBe('  … and 12 more at work');
  });

  it('keeps to the width', () => {
    const progress = new JobProgress(
      job([group(0, 'running', { executor: 'e'.repeat(100) })], { path: '/路径'.repeat(30) }),
    );
    for (const line of progress.progressLines(40)) expect([...line].length).toBeLessThanOrEqual(40);
  });

  it('counts what a running group says of itself, shows its try, and why a job waits', () => {
    const progress = new JobProgress(
      job([group(0, 'running', { progress: 0.5, attempt: 2 }), group(1, 'pending')], {
        state: 'PENDING',
        reason: 'waits for a slot',
      }),
    );
    const [, bar, line] = progress.progressLines(120);
    expect(bar).toContain(' 25%');
    expect(bar).toContain('waits for a slot');
    expect(line).toContain('50%  try 2');
  });
});

describe('the summary', () => {
  it('tells what became of the job, its best score, and what it moved', () => {
    const summary = { dataBytesWritten: 0, dataBytesTotal: 2048, bytesSynced: 0, durationMs: 1500 };
    const progress = new JobProgress(
      job([group(0, 'succeeded', { score: -0.5 }), group(1, 'succeeded', { score: -0.5 })]),
    );
    progress.apply(job([], { state: 'SUCCEEDED', summary }));
    expect(progress.ended).toBe(true);
    expect(progress.summaryLines()).toEqual([
      'train /models/a, version 3: succeeded in 1.5 s, 2 of 2 groups succeeded, best score -0.5 (group 0)',
      '  data 2.0 KiB, written 0 B, synced 0 B',
    ]);
  });

  it('lists the first failed groups and counts the others', () => {
    const failed = Array.from({ length: 9 }, (_, index) =>
      group(index, 'failed', { message: `exit code ${index}` }),
    );
    const lines = new JobProgress(
      job(failed, { state: 'FAILED', reason: 'no group succeeded', version: null }),
    ).summaryLines();
    expect(lines[0]).toBe('train /models/a: failed, 0 of 9 groups succeeded, 9 failed: no group succeeded');
    expect(lines[1]).toBe('  group 0 failed: exit code 0');
    expect(lines.at(-1)).toBe('  … and 4 more failed groups (mlsql jobs show job-1)');
  });
});
