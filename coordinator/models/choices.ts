// The decisions about versions and models, apart from the store. Pure.
import { versionOfName } from '../../shared/object-store/keys.js';
import type { GroupMeta, ModelVersion } from './model-types.js';

/** The number for the next version: one above the highest folder `_model_N`, from 0. */
export function nextVersion(folderNames: Iterable<string>): number {
  let next = 0;
  for (const name of folderNames) next = Math.max(next, (versionOfName(name) ?? -1) + 1);
  return next;
}

export function succeeded(group: GroupMeta): boolean {
  return group.status === 'success';
}

/**
 * The group that serves where none is named: the best finite score among the successful; the lowest algIndex where none
 * has a score, and among equals. Undefined where none succeeded.
 */
export function bestGroup(groups: readonly GroupMeta[]): GroupMeta | undefined {
  let best: GroupMeta | undefined;
  for (const group of groups)
    if (succeeded(group) && (best === undefined || isBetter(group, best))) best = group;
  return best;
}

function isBetter(group: GroupMeta, best: GroupMeta): boolean {
  const score = finite(group.score);
  const bestScore = finite(best.score);
  if (score === bestScore) return group.algIndex < best.algIndex;
  if (score === undefined || bestScore === undefined) return bestScore === undefined;
  return score > bestScore;
}

function finite(score: number | null): number | undefined {
  return score !== null && Number.isFinite(score) ? score : undefined;
}

/**
 * Versions newest first: numbered ones by number; the path itself stands where its end belongs among theirs, behind a
 * numbered one that ended at the same time.
 */
export function newestFirst(
  numbered: readonly ModelVersion[],
  own: ModelVersion | undefined,
): ModelVersion[] {
  const sorted = [...numbered].sort((a, b) => (b.version ?? 0) - (a.version ?? 0));
  if (own === undefined) return sorted;
  const place = sorted.findIndex((version) => version.endTime < own.endTime);
  return place < 0 ? [...sorted, own] : sorted.toSpliced(place, 0, own);
}

/** Earliest start and latest end of the groups; 0 without groups. */
export function timesOf(groups: readonly GroupMeta[]): { startTime: number; endTime: number } {
  if (groups.length === 0) return { startTime: 0, endTime: 0 };
  return {
    startTime: Math.min(...groups.map((group) => group.startTime)),
    endTime: Math.max(...groups.map((group) => group.endTime)),
  };
}
