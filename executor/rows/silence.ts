// How long nothing has come from whoever should send.
import type { Clock } from '../../shared/clock.js';

/** Calls back, once, when nothing has come for so long. Time that the receiver itself takes does not count. */
export class Silence {
  #newsMs: number;
  #held = 0;
  #cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly maxMs: number,
    private readonly onSilence: () => void,
  ) {
    this.#newsMs = clock.now();
    this.#arm();
  }

  /** Something came. */
  news(): void {
    this.#newsMs = this.clock.now();
  }

  /** Nothing is expected while the receiver is at work. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#held -= 1;
      this.news();
    }
  }

  end(): void {
    this.#cancel();
  }

  /** One timer at a time, set anew only where it rings too early: news are frequent. */
  #arm(): void {
    const since = this.#held > 0 ? this.clock.now() : this.#newsMs;
    this.#cancel = this.clock.after(since + this.maxMs - this.clock.now(), () => {
      const isSilent = this.#held === 0 && this.clock.now() - this.#newsMs >= this.maxMs;
      if (isSilent) this.onSilence();
      else this.#arm();
    });
  }
}
