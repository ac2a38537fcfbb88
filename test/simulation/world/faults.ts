// Every fault that the world knows, how often each was seen, and whether it is storm or calm.
import type { Dice } from '../scheduling/chaos.js';

export const FAULTS = [
  'network delay',
  'network loss',
  'network duplicate',
  'network reorder',
  'one-way partition',
  'connections cut in turn',
  'clock jump',
  'coordinator paused beyond its lease',
  'executor paused beyond its lease',
  'coordinator crash',
  'executor crash',
  'take-over',
  'store: answer lost after the write',
  'store: 409',
  'store: 412 after the write',
  'store: 500',
  'store: slow-down',
  'store: truncated read',
  'state disk full',
  'executor disk full',
  'child crash',
  'child hang',
  'child ignores signals',
  'drain',
] as const;
export type Fault = (typeof FAULTS)[number];

export class Faults {
  readonly seen = new Set<Fault>();
  storm = true;

  constructor(readonly dice: Dice) {}

  /** Whether it happens now; never in the calm. */
  strikes(fault: Fault, probability: number): boolean {
    const strikes = this.dice.chance(probability) && this.storm;
    if (strikes) this.seen.add(fault);
    return strikes;
  }
}
