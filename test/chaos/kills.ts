// What happens to the processes of a chaos soak: one seed gives one sequence, whatever the machine makes of it.
import { createRng, nextRandom } from '../../shared/rng.js';

/** One thing done to one process. */
export interface Disturbance {
  readonly target: string;
  /** kill: SIGKILL, and started again. pause: SIGSTOP for longer than its lease, then SIGCONT. */
  readonly how: 'kill' | 'pause';
}

/** Of so many disturbances one is a pause. */
const PAUSE_EVERY = 10;

/**
 * Disturbances without end, one for each tick.
 * @param pauseTicks - ticks that a paused process sleeps through; nothing else happens to it meanwhile
 */
export function* disturbances(
  seed: number,
  targets: readonly string[],
  pauseTicks: number,
): Generator<Disturbance, never> {
  const rng = createRng(seed);
  const awakeAt = new Map<string, number>();
  for (let tick = 0; ; tick++) {
    const awake = targets.filter((target) => (awakeAt.get(target) ?? 0) <= tick);
    const target = awake[Math.floor(nextRandom(rng) * awake.length)]!;
    // One is always awake.
    const how = nextRandom(rng) * PAUSE_EVERY < 1 && awake.length > 1 ? 'pause' : 'kill';
    if (how === 'pause') awakeAt.set(target, tick + 1 + pauseTicks);
    yield { target, how };
  }
}
