// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Sent every few seconds; renews the leases of the attempts it runs.
 */
export interface Heartbeat {
  'cacheBytes'?: (number | string | Long);
  /**
   * Contents added to and dropped from the cache since the last heartbeat.
   */
  'blobsAdded'?: (string)[];
  'blobsDropped'?: (string)[];
}

/**
 * Sent every few seconds; renews the leases of the attempts it runs.
 */
export interface Heartbeat__Output {
  'cacheBytes': (number);
  /**
   * Contents added to and dropped from the cache since the last heartbeat.
   */
  'blobsAdded': (string)[];
  'blobsDropped': (string)[];
}
