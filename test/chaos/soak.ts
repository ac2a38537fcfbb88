// A chaos soak: a coordinator and four executors train without a pause; after an undisturbed phase one process after the
// other is killed, or put to sleep for longer than its lease, and started again. Then everything is counted.
import { setTimeout as sleep } from 'node:timers/promises';
import { COORDINATOR, type NamedProcesses } from '../support/named-processes.js';
import { type Disturbance, disturbances } from './kills.js';
import { GROUPS } from './trains.js';
import { LEASE_MS, type TrialResult, trial } from './trial.js';

const EXECUTORS = ['one', 'two', 'three', 'four'];
const SLOTS = 2;
/** More groups at once than slots, so that no slot waits for a client. */
const LANES = 6;
/** How long a script works, in seconds. */
const WORK_S = [1, 3] as const;
const TICK_MS = 2000;
const PAUSE_MS = LEASE_MS * 1.5;
/** Of the whole time. */
const UNDISTURBED_SHARE = 0.25;
/** The first trains find caches and interpreters cold. */
const WARM_UP_MS = 3000;

export interface SoakFigures {
  readonly kills: number;
  readonly pauses: number;
  /** Groups that ended in a second. */
  readonly undisturbed: number;
  readonly disturbed: number;
}

/** @param say - takes each disturbance, and what phase begins */
export function soak(
  minutes: number,
  seed: number,
  say: (line: string) => void,
): Promise<TrialResult<SoakFigures>> {
  const options = {
    executors: EXECUTORS,
    slots: SLOTS,
    lanes: LANES,
    kind: { workS: () => WORK_S },
    seed,
    say,
  };
  return trial(options, async ({ processes, stream }) => {
    const phase = async (what: Promise<unknown>): Promise<number> => {
      const start = Date.now();
      await what;
      const groups = stream.ended.filter(({ endedMs }) => endedMs >= start).length * GROUPS;
      return groups / ((Date.now() - start) / 1000);
    };
    const totalMs = minutes * 60_000;
    await sleep(WARM_UP_MS);
    say('undisturbed');
    const undisturbed = await phase(sleep(totalMs * UNDISTURBED_SHARE - WARM_UP_MS));
    say('disturbed');
    const chaos = new Chaos(processes, seed, say);
    const disturbed = await phase(chaos.run(totalMs * (1 - UNDISTURBED_SHARE)));
    return { kills: chaos.kills, pauses: chaos.pauses, undisturbed, disturbed };
  });
}

/** Disturbs one process a tick; in the end all of them run. */
class Chaos {
  kills = 0;
  pauses = 0;
  readonly #pauses = new Set<Promise<void>>();

  constructor(
    private readonly processes: NamedProcesses,
    private readonly seed: number,
    private readonly say: (line: string) => void,
  ) {}

  async run(forMs: number): Promise<void> {
    const start = Date.now();
    const sequence = disturbances(this.seed, [COORDINATOR, ...EXECUTORS], Math.ceil(PAUSE_MS / TICK_MS));
    for (let tick = 0; tick * TICK_MS < forMs; tick++) {
      const gone = this.processes.gone;
      if (gone.length > 0) throw new Error(`ended by itself: ${gone.join(', ')}`);
      const next = sequence.next().value;
      this.say(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${next.how} ${next.target}`);
      await this.#disturb(next);
      await sleep((tick + 1) * TICK_MS - (Date.now() - start));
    }
    await Promise.all(this.#pauses);
  }

  async #disturb({ target, how }: Disturbance): Promise<void> {
    if (how === 'kill') {
      this.kills += 1;
      await this.processes.get(target).kill();
      this.processes.start(target);
      return;
    }
    this.pauses += 1;
    const { child } = this.processes.get(target);
    child.kill('SIGSTOP');
    const awake = sleep(PAUSE_MS).then(() => {
      child.kill('SIGCONT');
      this.#pauses.delete(awake);
    });
    this.#pauses.add(awake);
  }
}
