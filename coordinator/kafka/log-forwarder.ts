// Log lines of a job on their way to the user's Kafka. They come from the kept log, as fast as the broker takes them: one
// that is away for a while misses nothing, and the job does not wait for it.
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Message, Producer } from 'kafkajs';
import { backoffMs } from '../../shared/backoff.js';
import type { Clock } from '../../shared/clock.js';
import type { JobId } from '../../shared/ids.js';
import { type KafkaAccess, kafkaAccess, logTopic } from '../../shared/kafka/kafka-access.js';
import { isTooLarge } from '../../shared/kafka/kafka-client.js';
import type { Logger } from '../../shared/logger.js';
import { pause } from '../../shared/retry.js';
import type { JobLogChunk } from '../runtime/job-logs.js';
import type { JobRuntime } from '../runtime/job-runtime.js';
import type { TaskSpec } from '../scheduling/task-spec.js';
import { Producers } from './producers.js';

/** How long a broker is waited for once the job has ended: what it has not taken by then is counted as lost to it. */
const PATIENCE_MS = 10 * 60_000;
/** Bytes of the lines that go in one request; brokers take a megabyte by default. */
const REQUEST_MAX_BYTES = 512 * 1024;
const BACKOFF = { firstMs: 200, maxMs: 5_000 };
/** How often at most the place in the log is noted. */
const NOTE_MS = 1_000;

interface Forwarding {
  readonly jobId: JobId;
  readonly access: KafkaAccess;
  readonly topic: string;
  /** By algIndex. */
  readonly names: ReadonlyMap<number, string>;
  warn(message: string): void;
}

export interface LogForwarderDeps {
  readonly jobs: JobRuntime;
  /** The coordinator's: each job's place is noted beside its logs. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class LogForwarder {
  readonly #producers: Producers;
  readonly #under = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  /** Lines that reached their topic, and lines that never will. */
  readonly counts = { sent: 0, lost: 0 };

  constructor(private readonly deps: LogForwarderDeps) {
    this.#producers = new Producers(deps.logger);
  }

  /**
   * Forwards the lines of a job that is there, until it has ended; nothing where its train names no broker or no user.
   * @param warn - told once when the broker cannot be reached, and when lines are lost to it
   */
  forward(jobId: JobId, warn: (message: string) => void): void {
    if (this.#under.has(jobId)) return;
    const { groups } = this.deps.jobs.spec(jobId);
    const tasks = groups.map(({ algIndex, task }) => [algIndex, task as TaskSpec] as const);
    const { kafkaParam } = tasks[0]![1];
    const access = kafkaAccess(kafkaParam);
    const topic = logTopic(kafkaParam);
    if (access === undefined || topic === undefined) return;
    const names = new Map(tasks.map(([algIndex, { scriptName }]) => [algIndex, scriptName]));
    const work = this.#run({ jobId, access, topic, names, warn })
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted)
          this.deps.logger.error({ jobId, err: error }, 'log lines go to Kafka no more');
      })
      .finally(() => this.#under.delete(jobId));
    this.#under.set(jobId, work);
  }

  /** Ends; the next coordinator goes on where this one was. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#under.values());
  }

  async #run(forwarding: Forwarding): Promise<void> {
    const { jobId, access } = forwarding;
    const { jobs, clock } = this.deps;
    const { signal } = this.#abort;
    const place = new Place(join(this.deps.stateDir, 'logs', jobId), clock);
    let endedMs: number | undefined;
    const ended = jobs.finished(jobId).then(
      () => {
        endedMs = clock.now();
      },
      () => undefined,
    );
    await this.#producers.using(access, async (producer) => {
      const sender = new Sender(producer, forwarding, this.deps, signal, () => endedMs);
      for await (const chunk of jobs.readLogs(jobId, { follow: true }, signal)) {
        const lines = place.fresh(chunk);
        const lost = await sender.send(chunk, lines);
        if (signal.aborted) break;
        this.counts.lost += lost;
        this.counts.sent += lines.length - lost;
        await place.reached(chunk);
      }
      await place.note();
      if (signal.aborted && endedMs !== undefined)
        this.deps.logger.warn(
          { jobId },
          'log lines of an ended job still waited for Kafka: they are kept by the cluster only',
        );
      if (sender.lost > 0) {
        const message = `${sender.lost} log lines never reached the topic ${forwarding.topic}: ${sender.why}`;
        this.deps.logger.error({ jobId }, message);
        forwarding.warn(message);
      }
    });
    if (!signal.aborted) await ended;
  }
}

/** How far each attempt's lines were sent; noted in a file, so that a coordinator that is started anew goes on there. */
class Place {
  readonly #sent: Map<string, number>;
  readonly #file: string;
  #notedMs = 0;

  constructor(
    folder: string,
    private readonly clock: Clock,
  ) {
    this.#file = join(folder, 'kafka.json');
    this.#sent = new Map(readPlaces(this.#file));
  }

  /** The lines that were not sent yet. */
  fresh({ algIndex, attempt, firstSeq, lines }: JobLogChunk): readonly string[] {
    const sent = this.#sent.get(`${algIndex}/${attempt}`) ?? 0;
    return lines.slice(Math.max(0, sent + 1 - firstSeq));
  }

  async reached({ algIndex, attempt, firstSeq, lines }: JobLogChunk): Promise<void> {
    const key = `${algIndex}/${attempt}`;
    this.#sent.set(key, Math.max(this.#sent.get(key) ?? 0, firstSeq + lines.length - 1));
    if (this.clock.now() - this.#notedMs >= NOTE_MS) await this.note();
  }

  async note(): Promise<void> {
    this.#notedMs = this.clock.now();
    try {
      await writeFile(`${this.#file}.new`, JSON.stringify([...this.#sent]));
      await rename(`${this.#file}.new`, this.#file);
    } catch (error) {
      // The job is forgotten, and its folder with it; or it printed nothing.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function readPlaces(file: string): [string, number][] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as [string, number][];
  } catch {
    return [];
  }
}

class Sender {
  lost = 0;
  why = '';
  #told = false;

  constructor(
    private readonly producer: Producer,
    private readonly forwarding: Forwarding,
    private readonly deps: Pick<LogForwarderDeps, 'clock' | 'logger'>,
    private readonly signal: AbortSignal,
    private readonly endedMs: () => number | undefined,
  ) {}

  /** @returns lines that are lost */
  async send({ algIndex }: JobLogChunk, lines: readonly string[]): Promise<number> {
    const { jobId, names } = this.forwarding;
    const before = this.lost;
    // One key a group: its lines stay in order, in one partition.
    const messages = lines.map((line) => ({
      key: `${jobId}/${algIndex}`,
      value: `${algIndex}/${names.get(algIndex) ?? ''}:  ${line}`,
    }));
    for (const batch of batches(messages)) await this.#sendBatch(batch);
    return this.lost - before;
  }

  async #sendBatch(messages: readonly Message[]): Promise<void> {
    const { jobId, topic, access, warn } = this.forwarding;
    const { clock, logger } = this.deps;
    for (let failures = 1; !this.signal.aborted; failures++) {
      try {
        await this.producer.connect();
        await this.producer.send({ topic, messages: [...messages] });
        return;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (isTooLarge(error)) {
          const half = messages.length >> 1;
          if (half === 0) return this.#lose(1, `a line is larger than the broker takes (${why})`);
          await this.#sendBatch(messages.slice(0, half));
          await this.#sendBatch(messages.slice(half));
          return;
        }
        logger.warn({ jobId, topic, failures, err: error }, 'log lines cannot go to Kafka yet');
        if (!this.#told) {
          this.#told = true;
          warn(
            `Kafka at ${access.brokers.join(', ')} does not take log lines: ${why}. They are kept by the cluster, and sent when it does.`,
          );
        }
        const endedMs = this.endedMs();
        if (endedMs !== undefined && clock.now() - endedMs > PATIENCE_MS)
          return this.#lose(messages.length, why);
        const waitMs = backoffMs(BACKOFF, failures, Math.random());
        await pause(waitMs, clock, this.signal).catch(() => undefined);
      }
    }
  }

  #lose(lines: number, why: string): void {
    this.lost += lines;
    this.why = why;
  }
}

/** Requests that a broker takes. */
function* batches(messages: readonly Message[]): Generator<readonly Message[]> {
  let first = 0;
  let bytes = 0;
  for (const [at, { value }] of messages.entries()) {
    const size = Buffer.byteLength(value as string);
    if (at > first && bytes + size > REQUEST_MAX_BYTES) {
      yield messages.slice(first, at);
      first = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (first < messages.length) yield messages.slice(first);
}
