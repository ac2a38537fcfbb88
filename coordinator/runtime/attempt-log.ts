// One attempt's log as a file: a line of the script is a line of the file, numbered from 1 without a gap.
import { appendFile, mkdir, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Every so many lines the file offset is remembered, so that reading from anywhere reads little too much. */
const INDEX_LINES = 256;
const READ_CHUNK_BYTES = 1024 * 1024;

interface Pending {
  readonly text: string;
  /** Number of lines after it. */
  readonly lines: number;
  resolve(): void;
  reject(error: Error): void;
}

export class AttemptLog {
  /** Offsets of lines 1, 257, 513, … */
  readonly #index: number[] = [0];
  readonly #waiters = new Set<() => void>();
  #opened: Promise<void> | undefined;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  /** Lines taken, those under way included; `written` lines are in the file. */
  #accepted = 0;
  #written = 0;
  #bytes = 0;
  #expected: number | undefined;
  #complete = false;

  constructor(private readonly file: string) {}

  /** Lines that are in the file. */
  get lines(): number {
    return this.#written;
  }

  /** True where no further line will come. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Reads what an earlier process left; a line that it did not finish is cut off. */
  open(): Promise<void> {
    this.#opened ??= this.#scan().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  /**
   * Takes lines from number firstSeq on. Lines that are there already are skipped; after a gap nothing is taken.
   * @returns when they are in the file: the number up to which lines are there, and which were new
   */
  async append(
    firstSeq: number,
    lines: readonly string[],
  ): Promise<{ ackSeq: number; firstNew: number; newLines: number }> {
    await this.open();
    const known = this.#accepted - firstSeq + 1;
    if (known < 0 || known >= lines.length) {
      // A gap or a repetition: what is under way counts once it is written.
      await this.#writing;
      return { ackSeq: this.#written, firstNew: 0, newLines: 0 };
    }
    const fresh = lines.slice(known);
    const firstNew = this.#accepted + 1;
    this.#accepted += fresh.length;
    const text = fresh.map((line) => `${line.replaceAll('\n', ' ')}\n`).join('');
    const written = new Promise<void>((resolve, reject) => {
      this.#pending.push({ text, lines: fresh.length, resolve, reject });
    });
    this.#writing ??= this.#flush();
    await written;
    return { ackSeq: firstNew + fresh.length - 1, firstNew, newLines: fresh.length };
  }

  /** Lines of these numbers, as far as they are there. */
  async read(firstSeq: number, count: number): Promise<string[]> {
    await this.open();
    const first = Math.max(1, firstSeq);
    const last = Math.min(this.#written, firstSeq + count - 1);
    if (last < first) return [];
    const block = Math.floor((first - 1) / INDEX_LINES);
    const start = this.#index[block] ?? 0;
    const end = this.#index[Math.floor((last - 1) / INDEX_LINES) + 1] ?? this.#bytes;
    const buffer = Buffer.alloc(end - start);
    const handle = await open(this.file, 'r');
    try {
      await handle.read(buffer, 0, buffer.length, start);
    } finally {
      await handle.close();
    }
    const skipped = first - 1 - block * INDEX_LINES;
    return buffer
      .toString('utf8')
      .split('\n')
      .slice(skipped, skipped + last - first + 1);
  }

  /** The script has ended and printed so many lines; undefined: what is there is all. */
  expect(lines: number | undefined): void {
    this.#expected = lines ?? this.#accepted;
    this.#check();
  }

  /** Nothing more will come, whatever was expected. */
  close(): void {
    this.#complete = true;
    this.#wake();
  }

  /** Resolves when there are more than `lines` lines, at the end, or at abort. */
  more(lines: number, signal: AbortSignal): Promise<void> {
    if (this.#written > lines || this.#complete || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      const buffer = Buffer.from(batch.map((pending) => pending.text).join(''));
      try {
        await appendFile(this.file, buffer);
      } catch (error) {
        await this.#undo(batch, error as Error);
        continue;
      }
      this.#count(buffer);
      for (const pending of batch) pending.resolve();
      this.#check();
      this.#wake();
    }
    this.#writing = undefined;
  }

  /** A write failed, a full disk say: nothing of the batch counts, nor of what came behind it; the executor has it still. */
  async #undo(batch: readonly Pending[], error: Error): Promise<void> {
    const rejected = [...batch, ...this.#pending];
    this.#pending = [];
    await truncate(this.file, this.#bytes).catch(() => undefined);
    this.#accepted = this.#written;
    for (const pending of [...rejected, ...this.#pending]) pending.reject(error);
    this.#pending = [];
  }

  #check(): void {
    if (this.#expected !== undefined && this.#written >= this.#expected && this.#pending.length === 0)
      this.close();
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    for (const wake of waiters) wake();
  }

  #count(buffer: Buffer): void {
    for (let at = buffer.indexOf(10); at !== -1; at = buffer.indexOf(10, at + 1)) {
      this.#written += 1;
      if (this.#written % INDEX_LINES === 0) this.#index.push(this.#bytes + at + 1);
    }
    this.#bytes += buffer.length;
  }

  async #scan(): Promise<void> {
    await mkdir(dirname(this.file), { recursive: true });
    const handle = await open(this.file, 'a+');
    try {
      const chunk = Buffer.alloc(READ_CHUNK_BYTES);
      let total = 0;
      let whole = 0;
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, total);
        if (bytesRead === 0) break;
        const part = chunk.subarray(0, bytesRead);
        for (let at = part.indexOf(10); at !== -1; at = part.indexOf(10, at + 1)) {
          this.#written += 1;
          whole = total + at + 1;
          if (this.#written % INDEX_LINES === 0) this.#index.push(whole);
        }
        total += bytesRead;
      }
      if (whole < total) await handle.truncate(whole);
      this.#bytes = whole;
      this.#accepted = this.#written;
    } finally {
      await handle.close();
    }
  }
}
