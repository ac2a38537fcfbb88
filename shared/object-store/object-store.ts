// The one small interface to the object store that stands in for HDFS. Two real adapters: a local directory, and S3.
// test/conformance/object-store.ts is its meaning in executable form; every adapter passes it.
import type { Readable } from 'node:stream';

/** What the store knows of an object. */
export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  /** Changes whenever the content is written; compared, never read. */
  readonly etag: string;
  readonly modifiedMs: number;
}

/** What is known of an object that was just written. */
export type Written = Pick<ObjectInfo, 'key' | 'sizeBytes' | 'etag'>;

/** A child in a listing: an object, or a common prefix that ends with `/`. */
export type ListEntry =
  | { readonly kind: 'object'; readonly info: ObjectInfo }
  | { readonly kind: 'prefix'; readonly key: string };

/**
 * A regular file that the caller gives away with the put: an adapter may take it over rather than read it. The caller
 * never touches it again, and removes what may be left of it.
 */
export interface GivenFile {
  readonly file: string;
}

export interface PutOptions {
  /** Bytes in the body; required for streams. */
  readonly sizeBytes?: number;
  /** Create only: fails with MLSQL_STORE_PRECONDITION where the key exists. Of many racers exactly one wins. */
  readonly ifAbsent?: boolean;
  /** Replace only what still has this etag; fails with MLSQL_STORE_PRECONDITION otherwise. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

export interface GetOptions {
  /** Byte range, end exclusive. */
  readonly range?: { readonly start: number; readonly end: number };
  readonly signal?: AbortSignal;
}

export interface CopyOptions {
  /** The caller removes the source once the copies are made: an adapter may share its bytes rather than write them again. */
  readonly sourceDiscarded?: boolean;
}

/**
 * Keys are UTF-8, `a/b/c`, without a leading slash, at most 1,024 bytes, 255 a segment; no empty, `.` or `..` segment.
 * A bad key fails with MLSQL_STORE_PATH_INVALID, a missing object with MLSQL_STORE_NOT_FOUND, a failing store with
 * MLSQL_STORE_UNAVAILABLE. A put is there whole or not at all, and durable when it answers.
 */
export interface ObjectStore {
  /** `file:///dir` or `s3://bucket/prefix`. */
  readonly url: string;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** A stream of the object. The caller reads it to the end or destroys it. */
  get(key: string, options?: GetOptions): Promise<{ info: ObjectInfo; body: Readable }>;
  put(key: string, body: Buffer | Readable | GivenFile, options?: PutOptions): Promise<Written>;
  /** Server-side copy. A missing source fails with MLSQL_STORE_NOT_FOUND. */
  copy(source: string, target: string, options?: CopyOptions): Promise<Written>;
  /**
   * Objects whose key starts with the prefix, in byte order of keys; with `shallow`, only up to the next `/`.
   * `startAfter`: only entries whose own key (a prefix's with its `/`) is behind it, so the last entry of one page
   * starts the next. A prefix shows only where an object lies below it.
   */
  list(
    prefix: string,
    options?: { shallow?: boolean; startAfter?: string; limit?: number },
  ): AsyncIterable<ListEntry>;
  /** Removes what is there of these keys; a missing one is no error. */
  delete(keys: readonly string[]): Promise<void>;
  /** Where the adapter is a local directory: the file's path, for readers in place. Undefined on others. */
  localPath(key: string): string | undefined;
}

/** Whether its bytes come over a network. */
export const isRemote = ({ url }: ObjectStore): boolean => url.startsWith('s3://');
