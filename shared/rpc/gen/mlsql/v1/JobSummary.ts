// Original file: proto/mlsql/v1/runs.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What a job moved and took.
 */
export interface JobSummary {
  /**
   * Bytes of training data written to the store for this job; 0: they lay there already.
   */
  'dataBytesWritten'?: (number | string | Long);
  /**
   * Bytes of training data the job uses.
   */
  'dataBytesTotal'?: (number | string | Long);
  /**
   * Bytes that executors fetched from the store for it.
   */
  'bytesSynced'?: (number | string | Long);
  /**
   * Milliseconds from submit to end.
   */
  'durationMs'?: (number | string | Long);
}

/**
 * What a job moved and took.
 */
export interface JobSummary__Output {
  /**
   * Bytes of training data written to the store for this job; 0: they lay there already.
   */
  'dataBytesWritten': (number);
  /**
   * Bytes of training data the job uses.
   */
  'dataBytesTotal': (number);
  /**
   * Bytes that executors fetched from the store for it.
   */
  'bytesSynced': (number);
  /**
   * Milliseconds from submit to end.
   */
  'durationMs': (number);
}
