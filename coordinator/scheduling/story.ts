// Each job's history in order: what a user reads when he asks why, and what an impossible transition shows.

import { STORY_LINES_MAX } from './limits.js';
import type { JobRecord } from './model.js';
import type { Turn } from './turn.js';

/**
 * Adds a line. Once the story is full, lines are only counted, except those of the job itself (`always`): a job of 10,000
 * groups still tells its beginning and its end.
 */
export function tell(turn: Turn, job: JobRecord, text: string, always = false): void {
  if (job.story.length >= STORY_LINES_MAX && !always) {
    job.storyDropped += 1;
    return;
  }
  const line = { timeMs: turn.now, text };
  turn.persist({
    type: 'persist-record',
    record: { kind: 'story', jobId: job.spec.jobId, index: job.story.length, value: line },
  });
  job.story.push(line);
}

/** The story as text, for errors and logs. */
export function storyText(job: JobRecord): string {
  const lines = job.story.map((line) => `${new Date(line.timeMs).toISOString()} ${line.text}`);
  if (job.storyDropped > 0) lines.push(`(${job.storyDropped} further lines were left out)`);
  return lines.join('\n');
}
