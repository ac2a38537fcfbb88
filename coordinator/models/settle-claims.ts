// Claims that no job stands behind: a coordinator ended between the claim and the job's record, or its state is lost. Each
// claimed version ends with a meta/0, so that its number tells what became of it.
import type { Logger } from '../../shared/logger.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openClaims } from './claims.js';
import type { Publisher } from './publisher.js';

const REASON = 'cancelled: the coordinator that trained it ended, and nothing more is known of the train';

/**
 * Ends all claims of an earlier time that no job stands behind.
 * @param isKnown - jobs that come to their end by themselves
 * @param startMs - when this coordinator started: claims since then are its own
 * @returns how many were ended
 */
export async function settleClaims(
  { store, publisher, logger }: { store: ObjectStore; publisher: Publisher; logger: Logger },
  isKnown: (jobId: string) => boolean,
  startMs: number,
): Promise<number> {
  let ended = 0;
  for (const found of await openClaims(store)) {
    const { jobId, claimedMs = 0 } = found.claim;
    if (claimedMs >= startMs || (jobId !== undefined && isKnown(jobId))) continue;
    await publisher.abandon(found, REASON, startMs);
    logger.info({ folder: found.folder, jobId }, 'a claim that nobody knew was ended');
    ended += 1;
  }
  return ended;
}
