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
  /**
   * Of a group that failed, or waits after a failure: exit, signal, memory, timeout, idle, sync, environment, upload, disk,
   * internal, lost, queue, unplaceable; empty: it did not fail.
   */
  'cause'?: (string);
  /**
   * Code of the registry; empty: it did not fail.
   */
  'code'?: (string);
  /**
   * Of the script's process; absent where it did not end by itself.
   */
  'exitCode'?: (number);
  /**
   * The signal that ended it, as SIGKILL; empty: none.
   */
  'signal'?: (string);
  /**
   * Most memory that the failed attempt's processes used; 0: not known.
   */
  'peakMemoryBytes'?: (number | string | Long);
  /**
   * Lines that the failed attempt printed; 0: none, or not known.
   */
  'logLines'?: (number | string | Long);
  /**
   * The attempt that failed, from 1; 0: none.
   */
  'failedAttempt'?: (number);
  '_score'?: "score";
  '_exitCode'?: "exitCode";
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
  /**
   * Of a group that failed, or waits after a failure: exit, signal, memory, timeout, idle, sync, environment, upload, disk,
   * internal, lost, queue, unplaceable; empty: it did not fail.
   */
  'cause': (string);
  /**
   * Code of the registry; empty: it did not fail.
   */
  'code': (string);
  /**
   * Of the script's process; absent where it did not end by itself.
   */
  'exitCode'?: (number);
  /**
   * The signal that ended it, as SIGKILL; empty: none.
   */
  'signal': (string);
  /**
   * Most memory that the failed attempt's processes used; 0: not known.
   */
  'peakMemoryBytes': (number);
  /**
   * Lines that the failed attempt printed; 0: none, or not known.
   */
  'logLines': (number);
  /**
   * The attempt that failed, from 1; 0: none.
   */
  'failedAttempt': (number);
  '_score'?: "score";
  '_exitCode'?: "exitCode";
}
