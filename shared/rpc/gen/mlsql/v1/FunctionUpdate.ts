// Original file: proto/mlsql/v1/executors.proto

import type { AttemptFailure as _mlsql_v1_AttemptFailure, AttemptFailure__Output as _mlsql_v1_AttemptFailure__Output } from '../../mlsql/v1/AttemptFailure.js';

/**
 * Answers a PrepareFunction.
 */
export interface FunctionUpdate {
  'functionId'?: (string);
  /**
   * ready, failed.
   */
  'state'?: (string);
  /**
   * row or batch.
   */
  'kind'?: (string);
  'failure'?: (_mlsql_v1_AttemptFailure | null);
}

/**
 * Answers a PrepareFunction.
 */
export interface FunctionUpdate__Output {
  'functionId': (string);
  /**
   * ready, failed.
   */
  'state': (string);
  /**
   * row or batch.
   */
  'kind': (string);
  'failure': (_mlsql_v1_AttemptFailure__Output | null);
}
