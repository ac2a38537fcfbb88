// Original file: proto/mlsql/v1/executors.proto

import type { AttemptId as _mlsql_v1_AttemptId, AttemptId__Output as _mlsql_v1_AttemptId__Output } from '../../mlsql/v1/AttemptId.js';
import type { TaskSpec as _mlsql_v1_TaskSpec, TaskSpec__Output as _mlsql_v1_TaskSpec__Output } from '../../mlsql/v1/TaskSpec.js';

export interface Assign {
  'id'?: (_mlsql_v1_AttemptId | null);
  'task'?: (_mlsql_v1_TaskSpec | null);
}

export interface Assign__Output {
  'id': (_mlsql_v1_AttemptId__Output | null);
  'task': (_mlsql_v1_TaskSpec__Output | null);
}
