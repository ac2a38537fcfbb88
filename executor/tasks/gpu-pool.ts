// Which graphics cards are free.
import { MlsqlError } from '../../shared/errors.js';

/** Hands out cards one by one, each to one attempt. */
export class GpuPool {
  readonly #free: string[];

  constructor(devices: readonly string[]) {
    this.#free = [...devices];
  }

  /**
   * Takes cards for an attempt.
   * @throws MlsqlError MLSQL_INTERNAL where the coordinator promised more than there are
   */
  take(count: number): string[] {
    if (count > this.#free.length) {
      throw new MlsqlError(
        'MLSQL_INTERNAL',
        `the task needs ${count} GPUs, this executor has ${this.#free.length} free`,
      );
    }
    return this.#free.splice(0, count);
  }

  /** Takes these very cards, as far as they are free: a script uses them already. */
  claim(devices: readonly string[]): string[] {
    const claimed = devices.filter((device) => this.#free.includes(device));
    for (const device of claimed) this.#free.splice(this.#free.indexOf(device), 1);
    return claimed;
  }

  give(devices: readonly string[]): void {
    this.#free.push(...devices);
  }
}
