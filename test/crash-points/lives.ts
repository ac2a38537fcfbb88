// Lives of one process, each of which ends at a point of its own: it is started armed, dies there, is started armed with the
// next. What the process finds on its way, recovery too, is recorded, and tried as well.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRng, nextRandom } from '../../shared/rng.js';
import type { NamedProcesses } from '../support/named-processes.js';

/** A point that is not reached in this time is tried once more, later. */
const PATIENCE_MS = 10_000;
const TRIES = 2;

export class Lives {
  readonly #died: string[] = [];
  readonly #tries = new Map<string, number>();

  /**
   * @param name - of the process
   * @param record - file that takes the points' names
   */
  constructor(
    private readonly processes: NamedProcesses,
    private readonly name: string,
    private readonly record: string,
    private readonly seed: number,
    private readonly say: (line: string) => void,
  ) {}

  figures(): { name: string; died: number; known: number; missed: string[] } {
    const missed = this.#missed().filter((point) => this.#tries.has(point));
    return {
      name: this.name,
      died: this.#died.length,
      known: recordedPoints(this.record).length,
      missed,
    };
  }

  /** Goes on until every point was tried, or the time is over. Then the process runs, unarmed. */
  async run(untilMs: number): Promise<void> {
    const { processes, name } = this;
    await processes.get(name).kill();
    while (Date.now() < untilMs) {
      const point = this.#next();
      if (point === undefined) break;
      this.#tries.set(point, (this.#tries.get(point) ?? 0) + 1);
      const armed = processes.start(name, { MLSQL_CRASH_POINTS: this.record, MLSQL_CRASH_AT: point });
      const end = await Promise.race([armed.ended, sleep(PATIENCE_MS, 'alive' as const, { ref: false })]);
      if (end === 'SIGKILL') this.#died.push(point);
      else if (end !== 'alive') throw new Error(`${name} ended by itself at ${point}: ${armed.errors}`);
      else await armed.kill();
      this.say(`${end === 'SIGKILL' ? 'died' : 'not reached'}: ${name} ${point}`);
    }
    processes.start(name);
  }

  /** Known points at which it did not die. */
  #missed(): string[] {
    return recordedPoints(this.record).filter((point) => !this.#died.includes(point));
  }

  /** In an order of the seed's, those first that were never tried. */
  #next(): string | undefined {
    const open = this.#missed().filter((point) => (this.#tries.get(point) ?? 0) < TRIES);
    const rank = (point: string): number => (this.#tries.get(point) ?? 0) + place(point, this.seed);
    return open.sort((a, b) => rank(a) - rank(b))[0];
  }
}

/** In the order in which they were first reached. */
function recordedPoints(record: string): string[] {
  return [...new Set(readFileSync(record, 'utf8').trim().split('\n'))].filter((point) => point !== '');
}

/** From 0 to below 1, the same for the same name and seed. */
function place(point: string, seed: number): number {
  const rng = createRng(seed);
  for (const character of point) rng.state = Math.imul(rng.state ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return nextRandom(rng);
}
