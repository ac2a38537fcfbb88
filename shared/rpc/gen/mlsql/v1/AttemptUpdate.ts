// Original file: proto/mlsql/v1/executors.proto

import type { AttemptId as _mlsql_v1_AttemptId, AttemptId__Output as _mlsql_v1_AttemptId__Output } from '../../mlsql/v1/AttemptId.js';
import type { AttemptResult as _mlsql_v1_AttemptResult, AttemptResult__Output as _mlsql_v1_AttemptResult__Output } from '../../mlsql/v1/AttemptResult.js';
import type { AttemptFailure as _mlsql_v1_AttemptFailure, AttemptFailure__Output as _mlsql_v1_AttemptFailure__Output } from '../../mlsql/v1/AttemptFailure.js';
import type { AttemptWarning as _mlsql_v1_AttemptWarning, AttemptWarning__Output as _mlsql_v1_AttemptWarning__Output } from '../../mlsql/v1/AttemptWarning.js';
import type { Long } from '@grpc/proto-loader';

/**
 * An attempt's new phase, or news within one. Updates of one attempt arrive in order.
 */
export interface AttemptUpdate {
  'id'?: (_mlsql_v1_AttemptId | null);
  /**
   * syncing, starting, running, uploading, succeeded, failed, cancelled.
   */
  'phase'?: (string);
  'score'?: (number | string);
  /**
   * 0 to 1.
   */
  'progress'?: (number | string);
  'metrics'?: ({[key: string]: number | string});
  /**
   * Set in the last update, with phase succeeded.
   */
  'result'?: (_mlsql_v1_AttemptResult | null);
  /**
   * Set in the last update, with phase failed or cancelled.
   */
  'failure'?: (_mlsql_v1_AttemptFailure | null);
  /**
   * Bytes fetched from the store for it.
   */
  'bytesSynced'?: (number | string | Long);
  /**
   * Warnings to show to the user, once.
   */
  'warnings'?: (_mlsql_v1_AttemptWarning)[];
  '_score'?: "score";
  '_progress'?: "progress";
}

/**
 * An attempt's new phase, or news within one. Updates of one attempt arrive in order.
 */
export interface AttemptUpdate__Output {
  'id': (_mlsql_v1_AttemptId__Output | null);
  /**
   * syncing, starting, running, uploading, succeeded, failed, cancelled.
   */
  'phase': (string);
  'score'?: (number);
  /**
   * 0 to 1.
   */
  'progress'?: (number);
  'metrics': ({[key: string]: number});
  /**
   * Set in the last update, with phase succeeded.
   */
  'result': (_mlsql_v1_AttemptResult__Output | null);
  /**
   * Set in the last update, with phase failed or cancelled.
   */
  'failure': (_mlsql_v1_AttemptFailure__Output | null);
  /**
   * Bytes fetched from the store for it.
   */
  'bytesSynced': (number);
  /**
   * Warnings to show to the user, once.
   */
  'warnings': (_mlsql_v1_AttemptWarning__Output)[];
  '_score'?: "score";
  '_progress'?: "progress";
}
