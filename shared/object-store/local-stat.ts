// What the file system knows of a file, as the store's facts of an object.
import type { BigIntStats } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { ObjectInfo } from './object-store.js';

/**
 * The facts of a file. The etag is inode, size and modification time: cheap for any size, and it changes with every
 * write, since each write makes a new file with a time of its own (see stampNow); a change by another tool in place
 * shows in time or size.
 */
export function entryInfo(key: string, stats: BigIntStats): ObjectInfo {
  return {
    key,
    sizeBytes: Number(stats.size),
    etag: `${stats.ino.toString(16)}-${stats.size.toString(16)}-${stats.mtimeNs.toString(16)}`,
    modifiedMs: Number(stats.mtimeNs / 1_000_000n),
  };
}

let lastMicros = 0;

/**
 * Seconds since 1970 in steps of a microsecond, never twice the same. The kernel's own stamps move in steps of some
 * milliseconds, and inode numbers are used again at once: without this, two versions of a file could share an etag.
 */
export function stampNow(): number {
  lastMicros = Math.max(lastMicros + 1, Math.round((performance.timeOrigin + performance.now()) * 1000));
  return lastMicros / 1e6;
}
