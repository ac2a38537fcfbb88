// A run's events on their way to the user: JSON lines, plain lines, or a terminal with live progress.
import pc from 'picocolors';
import { eventLine, type JobEvent, type LogEvent, type RunEvent } from '../../library/events.js';
import { printableLine, shorten } from './cells.js';
import { formatScore } from './format.js';
import { JobProgress } from './job-progress.js';
import { LiveArea } from './live-area.js';
import { errorLines, type ShownScript, warningLines } from './problems.js';

/** Where a command writes; the process's own streams, or a test's. */
export interface Streams {
  readonly stdout: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}

export interface RunOutput {
  event(event: RunEvent): Promise<void>;
  /** Something that the user should know and that no event says. */
  notice(text: string): void;
  /** Takes live progress off the terminal. */
  end(): void;
}

/** The output that fits: `--json`, a terminal, or neither. */
export function createRunOutput(streams: Streams, json: boolean, script: ShownScript | undefined): RunOutput {
  if (json) return new JsonOutput(streams);
  return streams.stdout.isTTY ? new TerminalOutput(streams, script) : new PlainOutput(streams, script);
}

/** Exactly the contract's objects on stdout; notices on stderr. */
class JsonOutput implements RunOutput {
  constructor(private readonly streams: Streams) {}

  async event(event: RunEvent): Promise<void> {
    this.streams.stdout.write(`${eventLine(event)}\n`);
  }

  notice(text: string): void {
    this.streams.stderr.write(`${text}\n`);
  }

  end(): void {}
}

/** What the run makes on stdout, a line for each change that matters; what went wrong on stderr. */
class PlainOutput implements RunOutput {
  readonly #jobs = new Map<string, JobProgress>();
  readonly #phases = new Map<string, string>();

  constructor(
    private readonly streams: Streams,
    private readonly script: ShownScript | undefined,
  ) {}

  async event(event: RunEvent): Promise<void> {
    const { stdout, stderr } = this.streams;
    switch (event.event) {
      case 'job':
        for (const line of this.#jobLines(event)) stdout.write(`${line}\n`);
        return;
      case 'log':
        stdout.write(`${logPrefix(event)} ${event.line}\n`);
        return;
      case 'table':
        stdout.write(`${(await import('./tables.js')).renderResult(event, undefined)}\n`);
        return;
      case 'warning':
        stderr.write(`${warningLines(event, this.script).join('\n')}\n`);
        return;
      case 'error':
        stderr.write(`${errorLines(event, this.script).join('\n')}\n`);
        return;
      case 'statement':
      case 'done':
        return;
    }
  }

  notice(text: string): void {
    this.streams.stderr.write(`${text}\n`);
  }

  end(): void {}

  #jobLines(event: JobEvent): string[] {
    const { job, isNew } = progressOf(this.#jobs, event);
    const lines = isNew ? [`${job.title}: job ${event.jobId}`] : [];
    for (const { algIndex, phase, executor, score } of event.groups) {
      const key = `${event.jobId}/${algIndex}`;
      if (this.#phases.get(key) === phase) continue;
      this.#phases.set(key, phase);
      if (phase === 'running') lines.push(`  group ${algIndex} runs on ${executor ?? 'an executor'}`);
      if (phase === 'succeeded')
        lines.push(`  group ${algIndex} succeeded${score === null ? '' : `, score ${formatScore(score)}`}`);
    }
    return job.ended ? [...lines, ...job.summaryLines()] : lines;
  }
}

/** Tables drawn, script lines scrolling, and below them what is at work. */
class TerminalOutput implements RunOutput {
  readonly #area: LiveArea;
  readonly #colors = pc.createColors(process.env.NO_COLOR === undefined);
  readonly #jobs = new Map<string, JobProgress>();
  #statement = '';

  constructor(
    private readonly streams: Streams,
    private readonly script: ShownScript | undefined,
  ) {
    this.#area = new LiveArea(streams.stdout);
  }

  async event(event: RunEvent): Promise<void> {
    switch (event.event) {
      case 'statement':
        this.#statement = event.state === 'running' ? `line ${event.line}: ${event.kind} …` : '';
        break;
      case 'job': {
        const { job } = progressOf(this.#jobs, event);
        if (!job.ended) break;
        this.#jobs.delete(event.jobId);
        this.#area.print(job.summaryLines().join('\n'));
        break;
      }
      case 'log':
        // The bar shows these; jobs logs prints them.
        if (event.line.startsWith('mlsql_progress:')) return;
        this.#area.print(`${this.#colors.dim(`${logPrefix(event)}`)} ${printableLine(event.line)}`);
        break;
      case 'table':
        this.#area.print((await import('./tables.js')).renderResult(event, { columns: this.#width }));
        break;
      case 'warning':
        this.#area.print(warningLines(event, this.script, this.#colors).join('\n'));
        break;
      case 'error':
        this.#area.print(errorLines(event, this.script, this.#colors).join('\n'));
        break;
      case 'done':
        this.end();
        return;
    }
    this.#redraw();
  }

  notice(text: string): void {
    this.#area.print(this.#colors.dim(text));
  }

  end(): void {
    this.#area.end();
  }

  get #width(): number {
    return this.streams.stdout.columns || 80;
  }

  #redraw(): void {
    const jobs = [...this.#jobs.values()].flatMap((job) => job.progressLines(this.#width));
    this.#area.show(
      jobs.length > 0 ? jobs : this.#statement === '' ? [] : [shorten(this.#statement, this.#width)],
    );
  }
}

function progressOf(jobs: Map<string, JobProgress>, event: JobEvent): { job: JobProgress; isNew: boolean } {
  const known = jobs.get(event.jobId);
  if (known !== undefined) {
    known.apply(event);
    return { job: known, isNew: false };
  }
  const job = new JobProgress(event);
  jobs.set(event.jobId, job);
  return { job, isNew: true };
}

function logPrefix({ algIndex, attempt }: LogEvent): string {
  return attempt > 1 ? `[${algIndex}, try ${attempt}]` : `[${algIndex}]`;
}
