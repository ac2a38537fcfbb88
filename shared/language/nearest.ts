// The nearest known name to one that is not known, for hints.
import { distance } from 'fastest-levenshtein';

/**
 * The known name that a mistyped one was most likely meant to be.
 * @returns undefined where none is near: more than a third of the characters differ (at least one, at most three may)
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const allowed = Math.min(3, Math.max(1, Math.ceil(name.length / 3)));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const candidate of known) {
    const found = typingDistance(name.toLowerCase(), candidate.toLowerCase());
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** Levenshtein's distance, but two neighbours swapped (`cvs`) count as one slip, too. */
function typingDistance(name: string, candidate: string): number {
  const slips = distance(name, candidate);
  if (slips !== 2 || name.length !== candidate.length) return slips;
  const first = Array.from(name).findIndex((_, index) => name[index] !== candidate[index]);
  return name[first] === candidate[first + 1] && name[first + 1] === candidate[first] ? 1 : slips;
}

/** `did you mean "x"?`, or else the fallback. */
export function nearestHint(name: string, known: Iterable<string>, fallback: string): string {
  const best = nearest(name, known);
  return best === undefined ? fallback : `did you mean "${best}"?`;
}
