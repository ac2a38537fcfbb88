// How many of a job's groups ended how, in words.
import type { JobRecord } from './model.js';

/** "7 of 8 groups succeeded, 1 failed". */
export function tally(job: JobRecord): string {
  let text = `${job.succeeded} of ${counted(job.groups.size, 'group')} succeeded`;
  if (job.failed > 0) text += `, ${job.failed} failed`;
  if (job.cancelled > 0) text += `, ${job.cancelled} cancelled`;
  return text;
}

/** "1 group", "8 groups". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
