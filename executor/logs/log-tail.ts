// Follows an attempt's output.log: every line once to the observer, and in batches to whoever is connected.
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.js';
import { LOG_BATCH_MAX_BYTES, LOG_BATCH_MAX_LINES } from '../../shared/limits.js';
import { LOG_FLUSH_MS, LOG_READ_BYTES, LOG_RESEND_MS } from '../limits.js';
import { LineSplitter, type LogLine } from './line-splitter.js';

/** Where batches go. A promise means: wait for it before the next one. */
export type LogSink = (firstSeq: number, lines: string[]) => Promise<void> | undefined;

/** The start of a batch: what reading from there needs. */
interface Mark {
  readonly seq: number;
  readonly offset: number;
}

/**
 * Nothing of the log is held in memory but the batch being gathered: the file is the buffer. The tail remembers where
 * each batch that is not acknowledged starts; when another connection comes it reads from the first of them again.
 * Lines are numbered from 1 without a gap, and a number always stands for the same line.
 */
export class LogTail {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #observe: (line: string, seq: number) => void;
  #sink: LogSink | undefined;
  #file: FileHandle | undefined;
  #splitter = new LineSplitter();
  /** Next byte to read. */
  #position = 0;
  /** Number of the next line. */
  #nextSeq = 1;
  /** Lines the observer has seen. */
  #observedSeq = 0;
  #ackedSeq = 0;
  #batch: string[] = [];
  #batchBytes = 0;
  #batchEndOffset = 0;
  #batchStart: Mark = { seq: 1, offset: 0 };
  #marks: Mark[] = [];
  #rewindTo: Mark | undefined;
  #flushDue = false;
  #cancelFlush: (() => void) | undefined;
  #finishing = false;
  #closed = false;
  #dirty = false;
  #pumping: Promise<void> | undefined;
  #failure: unknown;
  /** When the last acknowledgement was news, or there was nothing to acknowledge. */
  #progressMs = 0;
  readonly #buffer = Buffer.allocUnsafe(LOG_READ_BYTES);

  /**
   * @param observe - called once for every line, in order, connected or not
   */
  constructor(path: string, clock: Clock, observe: (line: string, seq: number) => void) {
    this.#path = path;
    this.#clock = clock;
    this.#observe = observe;
  }

  /** Lines found so far; after finish() all there are. */
  get lines(): number {
    return this.#observedSeq;
  }

  /** True once the coordinator keeps every line that there is. */
  get acknowledged(): boolean {
    return this.#finishing && this.#pumping === undefined && this.#ackedSeq >= this.#observedSeq;
  }

  /** The file has grown. */
  poke(): void {
    this.#dirty = true;
    this.#pumping ??= this.#pump()
      .catch((error: unknown) => {
        this.#failure = error;
        this.#dirty = false;
      })
      .finally(() => {
        this.#pumping = undefined;
        if (this.#dirty && !this.#closed) this.poke();
      });
  }

  /** Sends to the sink from now on, beginning with the first line that was not acknowledged. */
  connect(sink: LogSink): void {
    this.#sink = sink;
    this.#progressMs = this.#clock.now();
    this.#rewindTo = this.#marks[0] ?? this.#batchStart;
    this.poke();
  }

  /** Nobody listens for now; reading goes on. */
  disconnect(): void {
    this.#sink = undefined;
  }

  /** The coordinator keeps all lines up to this one. */
  ack(seq: number): void {
    const acked = Math.max(this.#ackedSeq, Math.min(seq, this.#observedSeq));
    if (acked > this.#ackedSeq) this.#progressMs = this.#clock.now();
    this.#ackedSeq = acked;
    while (this.#marks.length > 1 && this.#marks[1]!.seq <= this.#ackedSeq + 1) this.#marks.shift();
  }

  /** Sends again what was not acknowledged for long: the coordinator could not keep it, say on a full disk. */
  resendIfStalled(): void {
    const outstanding = this.#marks.length > 0 && this.#ackedSeq + 1 < this.#batchStart.seq;
    if (this.#sink === undefined || !outstanding) this.#progressMs = this.#clock.now();
    else if (this.#clock.now() - this.#progressMs > LOG_RESEND_MS) this.connect(this.#sink);
  }

  /**
   * Nothing will be written any more: reads to the end, an unfinished last line included, and sends all of it.
   * Fails where the file cannot be read.
   */
  async finish(): Promise<void> {
    this.#finishing = true;
    this.poke();
    while (this.#pumping !== undefined) await this.#pumping;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends the reading and lets go of the file. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sink = undefined;
    this.#cancelFlush?.();
    await this.#pumping;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** The only one who reads, so that lines stay in order: runs until the end of the file as it is now. */
  async #pump(): Promise<void> {
    while (!this.#closed) {
      if (this.#rewindTo !== undefined) this.#rewind(this.#rewindTo);
      this.#dirty = false;
      const bytes = await this.#read();
      // Asked to go back meanwhile: what was read belongs to the old place.
      if (this.#rewindTo !== undefined) continue;
      this.#position += bytes.length;
      const atEnd = bytes.length === 0;
      for (const line of atEnd ? this.#lastLine() : this.#splitter.push(bytes)) {
        await this.#take(line);
        if (this.#rewindTo !== undefined) break;
      }
      if (!atEnd || this.#rewindTo !== undefined) continue;
      if (this.#finishing || this.#flushDue) await this.#flush();
      else this.#flushSoon();
      if (!this.#dirty && this.#rewindTo === undefined) return;
    }
  }

  #lastLine(): LogLine[] {
    return this.#finishing ? this.#splitter.end() : [];
  }

  #rewind(mark: Mark): void {
    this.#rewindTo = undefined;
    this.#splitter = new LineSplitter(mark.offset);
    this.#position = mark.offset;
    this.#nextSeq = mark.seq;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#batchStart = mark;
    this.#marks = [];
  }

  async #take(line: LogLine): Promise<void> {
    const seq = this.#nextSeq;
    if (seq > this.#observedSeq) {
      this.#observedSeq = seq;
      this.#observe(line.text, seq);
    }
    if (seq <= this.#ackedSeq && this.#batch.length === 0) {
      this.#nextSeq++;
      this.#batchStart = { seq: this.#nextSeq, offset: line.endOffset };
      return;
    }
    // Two bytes for the field's tag, up to three for the length.
    const bytes = Buffer.byteLength(line.text) + 5;
    if (this.#batch.length >= LOG_BATCH_MAX_LINES || this.#batchBytes + bytes > LOG_BATCH_MAX_BYTES)
      await this.#flush();
    if (this.#rewindTo !== undefined) return;
    this.#nextSeq++;
    this.#batch.push(line.text);
    this.#batchBytes += bytes;
    this.#batchEndOffset = line.endOffset;
  }

  async #flush(): Promise<void> {
    this.#flushDue = false;
    if (this.#batch.length === 0) return;
    const lines = this.#batch;
    const start = this.#batchStart;
    this.#marks.push(start);
    this.#batchStart = { seq: start.seq + lines.length, offset: this.#batchEndOffset };
    this.#batch = [];
    this.#batchBytes = 0;
    await this.#sink?.(start.seq, lines);
  }

  #flushSoon(): void {
    if (this.#batch.length === 0 || this.#cancelFlush !== undefined) return;
    this.#cancelFlush = this.#clock.after(LOG_FLUSH_MS, () => {
      this.#cancelFlush = undefined;
      this.#flushDue = true;
      this.poke();
    });
  }

  async #read(): Promise<Buffer> {
    try {
      this.#file ??= await open(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return this.#buffer.subarray(0, 0);
      throw error;
    }
    const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length, this.#position);
    return this.#buffer.subarray(0, bytesRead);
  }
}
