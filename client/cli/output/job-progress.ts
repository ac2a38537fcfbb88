// What is known of a run's jobs, from their events; and the lines that show it, few however many groups there are. Pure.
import type { GroupEvent, JobEvent } from '../../library/events.js';
import { pad, printable, shorten } from './cells.js';
import { formatBytes, formatDuration, formatScore, plural } from './format.js';

const BAR_WIDTH = 24;
const ENDED = new Set(['succeeded', 'failed', 'cancelled']);
const ACTIVE = new Set(['assigned', 'syncing', 'starting', 'running', 'uploading']);
/** Groups that run are listed up to this number; the others are counted. */
const ACTIVE_SHOWN_MAX = 8;
const FAILED_SHOWN_MAX = 5;

/** One job as its events told it so far. */
export class JobProgress {
  readonly jobId: string;
  readonly groups = new Map<number, GroupEvent>();
  #last: JobEvent;

  constructor(first: JobEvent) {
    this.jobId = first.jobId;
    this.#last = first;
    this.apply(first);
  }

  apply(event: JobEvent): void {
    this.#last = event;
    for (const group of event.groups) this.groups.set(group.algIndex, group);
  }

  get ended(): boolean {
    return this.#last.state !== 'PENDING' && this.#last.state !== 'RUNNING';
  }

  /** "train /models/a, version 3". */
  get title(): string {
    const { path, version } = this.#last;
    return `train ${printable(path)}${version === null ? '' : `, version ${version}`}`;
  }

  /** A bar with counts, and a line for each of the first groups that run. */
  progressLines(width: number): string[] {
    const groups = [...this.groups.values()];
    const share = groups.reduce((sum, group) => sum + shareDone(group), 0) / Math.max(1, groups.length);
    const reason = this.#last.state === 'PENDING' ? `  ${printable(this.#last.reason)}` : '';
    const active = groups.filter((group) => ACTIVE.has(group.phase)).sort((a, b) => a.algIndex - b.algIndex);
    const lines = [
      this.title,
      `  ${bar(share)}  ${this.#counts(groups)}${reason}`,
      ...active.slice(0, ACTIVE_SHOWN_MAX).map(groupLine),
    ];
    if (active.length > ACTIVE_SHOWN_MAX)
      lines.push(`  … and ${active.length - ACTIVE_SHOWN_MAX} more at work`);
    return lines.map((line) => shorten(line, width));
  }

  /** What became of the job, when it has ended. */
  summaryLines(): string[] {
    const { state, reason, summary } = this.#last;
    const groups = [...this.groups.values()];
    const failed = groups.filter((group) => group.phase === 'failed').sort((a, b) => a.algIndex - b.algIndex);
    const took = summary === undefined ? '' : ` in ${formatDuration(summary.durationMs)}`;
    const why = state === 'SUCCEEDED' || reason === '' ? '' : `: ${printable(reason)}`;
    const lines = [`${this.title}: ${state.toLowerCase()}${took}, ${this.#counts(groups)}${why}`];
    for (const group of failed.slice(0, FAILED_SHOWN_MAX))
      lines.push(`  group ${group.algIndex} failed: ${printable(group.message ?? '')}`);
    if (failed.length > FAILED_SHOWN_MAX)
      lines.push(
        `  … and ${plural(failed.length - FAILED_SHOWN_MAX, 'more failed group')} (mlsql jobs show ${this.jobId})`,
      );
    if (summary !== undefined && summary.dataBytesTotal > 0) {
      const { dataBytesTotal, dataBytesWritten, bytesSynced } = summary;
      lines.push(
        `  data ${formatBytes(dataBytesTotal)}, written ${formatBytes(dataBytesWritten)}, synced ${formatBytes(bytesSynced)}`,
      );
    }
    return lines;
  }

  /** "12 of 200 succeeded, 2 failed, 4 running, 182 waiting, best 0.97 (group 3)". */
  #counts(groups: readonly GroupEvent[]): string {
    const count = (phases: ReadonlySet<string>): number =>
      groups.filter((group) => phases.has(group.phase)).length;
    const parts = [`${count(new Set(['succeeded']))} of ${plural(groups.length, 'group')} succeeded`];
    const add = (number: number, word: string): void => {
      if (number > 0) parts.push(`${number} ${word}`);
    };
    add(count(new Set(['failed'])), 'failed');
    add(count(new Set(['cancelled'])), 'cancelled');
    add(count(ACTIVE), 'running');
    add(groups.filter((group) => !ENDED.has(group.phase) && !ACTIVE.has(group.phase)).length, 'waiting');
    const best = bestGroup(groups);
    if (best !== undefined) parts.push(`best score ${formatScore(best.score)} (group ${best.algIndex})`);
    return parts.join(', ');
  }
}

/** The group that register would pick: the best score among the successful, the lowest number among equals. */
function bestGroup(groups: readonly GroupEvent[]): GroupEvent | undefined {
  let best: GroupEvent | undefined;
  for (const group of groups) {
    if (group.phase !== 'succeeded' || group.score === null) continue;
    const better =
      best === undefined ||
      group.score > best.score! ||
      (group.score === best.score && group.algIndex < best.algIndex);
    if (better) best = group;
  }
  return best;
}

function groupLine(group: GroupEvent): string {
  const facts = [
    pad(`group ${group.algIndex}`, 10),
    pad(group.phase, 10),
    pad(group.progress === null ? '' : `${Math.round(group.progress * 100)}%`, 5, 'right'),
    group.score === null ? '' : `score ${formatScore(group.score)}`,
    group.attempt > 1 ? `try ${group.attempt}` : '',
    group.executor ?? '',
  ];
  return `  ${facts.filter((fact) => fact !== '').join('  ')}`;
}

function shareDone(group: GroupEvent): number {
  if (ENDED.has(group.phase)) return 1;
  return group.phase === 'running' || group.phase === 'uploading' ? (group.progress ?? 0) : 0;
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.floor(share * 100)).padStart(3)}%`;
}
