// Which contents leave a cache that is too full.

/** What the cache knows of one content. */
export interface CacheEntry {
  readonly sizeBytes: number;
  /** Uses at this moment; such a content stays. */
  readonly pins: number;
}

/** Bounds of a cache. */
export interface CacheQuota {
  readonly bytesMax: number;
  readonly entriesMax: number;
}

/**
 * The contents to drop, so that the rest and the bytes and entries to come fit into the quota: the least recently used
 * first, never one in use. All that may go, where even that is not enough.
 * @param entries - least recently used first
 */
export function chooseVictims<Key>(
  entries: Iterable<readonly [Key, CacheEntry]>,
  held: { readonly bytes: number; readonly entries: number },
  coming: { readonly bytes: number; readonly entries: number },
  quota: CacheQuota,
): Key[] {
  let excessBytes = held.bytes + coming.bytes - quota.bytesMax;
  let excessEntries = held.entries + coming.entries - quota.entriesMax;
  const victims: Key[] = [];
  for (const [key, entry] of entries) {
    if (excessBytes <= 0 && excessEntries <= 0) break;
    // Nothing but empty files would go without helping.
    if (entry.pins > 0 || (excessEntries <= 0 && entry.sizeBytes === 0)) continue;
    victims.push(key);
    excessBytes -= entry.sizeBytes;
    excessEntries--;
  }
  return victims;
}
