// Original file: proto/mlsql/v1/executors.proto

import type { AttemptId as _mlsql_v1_AttemptId, AttemptId__Output as _mlsql_v1_AttemptId__Output } from '../../mlsql/v1/AttemptId.js';

export interface CancelAttempt {
  'id'?: (_mlsql_v1_AttemptId | null);
  'reason'?: (string);
}

export interface CancelAttempt__Output {
  'id': (_mlsql_v1_AttemptId__Output | null);
  'reason': (string);
}
