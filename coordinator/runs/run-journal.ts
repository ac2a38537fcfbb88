// A run's events on their way: kept first, then shown to whoever follows. What was shown is never lost.
import type { RunId } from '../../shared/ids.js';
import { type RunEvent, type RunEventBody, RunEvents } from './run-events.js';
import type { RunChange, RunStore } from './run-store.js';

type Kept = Pick<RunStore, 'write' | 'events'>;

/** What changed with an event. */
export type JournalChange = Omit<RunChange, 'events'>;

export class RunJournal {
  #events: RunEvents | undefined;
  #nextSeq = 1;
  readonly #pending: { readonly event: RunEvent | undefined; readonly change: JournalChange }[] = [];
  #writing: Promise<void> | undefined;

  /**
   * @param store - undefined: the run need not outlive this process
   * @param onLost - the store failed: nothing can be promised any more
   */
  constructor(
    private readonly id: RunId,
    private readonly store: Kept | undefined,
    private readonly onLost: (error: unknown) => void,
  ) {}

  /** The events of a run that is new. */
  begin(): void {
    this.#events = new RunEvents();
    this.#nextSeq = 1;
  }

  /** What followers read; of an earlier coordinator's run it is read from the store at the first look. */
  get events(): RunEvents {
    this.#events ??= this.#read();
    return this.#events;
  }

  /** About what the kept rows take in memory. */
  get bytes(): number {
    return this.#events?.bytes ?? 0;
  }

  append(body: RunEventBody, timeMs: number, change: JournalChange = {}): void {
    // Read them first: numbers go on behind the last.
    void this.events;
    const event: RunEvent = { seq: this.#nextSeq++, timeMs, body };
    if (this.store === undefined) this.events.push(event);
    else this.#enqueue(event, change);
  }

  /** Keeps a change that nobody is told of; on the disk when the promise resolves. */
  keep(change: JournalChange): Promise<void> {
    if (this.store === undefined) return Promise.resolve();
    this.#enqueue(undefined, change);
    return this.flush();
  }

  /** Resolves when all that was appended is kept and shown. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  #read(): RunEvents {
    const events = new RunEvents();
    for (const event of this.store?.events(this.id) ?? []) {
      events.push(event);
      this.#nextSeq = event.seq + 1;
      if (event.body.kind === 'done') events.end();
    }
    return events;
  }

  #enqueue(event: RunEvent | undefined, change: JournalChange): void {
    this.#pending.push({ event, change });
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** What comes while one write is under way shares the next. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0);
      const events = batch.flatMap(({ event }) => (event === undefined ? [] : [event]));
      try {
        await this.store?.write(
          this.id,
          merged(
            batch.map(({ change }) => change),
            events,
          ),
        );
      } catch (error) {
        this.onLost(error);
        // Nothing is shown that was not kept.
        return;
      }
      for (const event of events) this.events.push(event);
    }
  }
}

function merged(changes: readonly JournalChange[], events: readonly RunEvent[]): RunChange {
  const finished = new Map(changes.flatMap((change) => [...(change.finished ?? [])]));
  const jobs = new Map(changes.flatMap((change) => [...(change.jobs ?? [])]));
  const run = changes.findLast((change) => change.run !== undefined)?.run;
  const anew = changes.some((change) => change.anew === true);
  return { events, finished, jobs, ...(run !== undefined && { run }), ...(anew && { anew }) };
}
