// Original file: proto/mlsql/v1/executors.proto

import type { AttemptId as _mlsql_v1_AttemptId, AttemptId__Output as _mlsql_v1_AttemptId__Output } from '../../mlsql/v1/AttemptId.js';
import type { Long } from '@grpc/proto-loader';

export interface LogAck {
  'id'?: (_mlsql_v1_AttemptId | null);
  /**
   * Lines up to this number are kept by the coordinator.
   */
  'seq'?: (number | string | Long);
}

export interface LogAck__Output {
  'id': (_mlsql_v1_AttemptId__Output | null);
  /**
   * Lines up to this number are kept by the coordinator.
   */
  'seq': (number);
}
