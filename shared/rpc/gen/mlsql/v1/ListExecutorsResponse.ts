// Original file: proto/mlsql/v1/executors.proto

import type { Executor as _mlsql_v1_Executor, Executor__Output as _mlsql_v1_Executor__Output } from '../../mlsql/v1/Executor.js';

export interface ListExecutorsResponse {
  'executors'?: (_mlsql_v1_Executor)[];
}

export interface ListExecutorsResponse__Output {
  'executors': (_mlsql_v1_Executor__Output)[];
}
