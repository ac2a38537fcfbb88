// Original file: proto/mlsql/v1/runs.proto

import type { Long } from '@grpc/proto-loader';

export interface GroupStatus {
  'algIndex'?: (number);
  /**
   * pending, assigned, syncing, starting, running, uploading, succeeded, failed, cancelled, lost.
   */
  'phase'?: (string);
  /**
   * 0 to 1 as the script prints it; -1: not known.
   */
  'progress'?: (number | string);
  /**
   * The attempt's number, from 1; 0: none yet.
   */
  'attempt'?: (number);
  /**
   * The executor's name; empty: none yet.
   */
  'executor'?: (string);
  /**
   * The validation score printed last.
   */
  'score'?: (number | string);
  /**
   * Why, in words: what a pending group waits for, why one failed.
   */
  'message'?: (string);
  /**
   * The script's own traceback, where it failed with one.
   */
  'traceback'?: (string);
  /**
   * Milliseconds since 1970; 0: not yet.
   */
  'startTimeMs'?: (number | string | Long);
  'endTimeMs'?: (number | string | Long);
  '_score'?: "score";
}

export interface GroupStatus__Output {
  'algIndex': (number);
  /**
   * pending, assigned, syncing, starting, running, uploading, succeeded, failed, cancelled, lost.
   */
  'phase': (string);
  /**
   * 0 to 1 as the script prints it; -1: not known.
   */
  'progress': (number);
  /**
   * The attempt's number, from 1; 0: none yet.
   */
  'attempt': (number);
  /**
   * The executor's name; empty: none yet.
   */
  'executor': (string);
  /**
   * The validation score printed last.
   */
  'score'?: (number);
  /**
   * Why, in words: what a pending group waits for, why one failed.
   */
  'message': (string);
  /**
   * The script's own traceback, where it failed with one.
   */
  'traceback': (string);
  /**
   * Milliseconds since 1970; 0: not yet.
   */
  'startTimeMs': (number);
  'endTimeMs': (number);
  '_score'?: "score";
}
