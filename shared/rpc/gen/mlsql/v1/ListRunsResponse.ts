// Original file: proto/mlsql/v1/runs.proto

import type { Run as _mlsql_v1_Run, Run__Output as _mlsql_v1_Run__Output } from '../../mlsql/v1/Run.js';

export interface ListRunsResponse {
  'runs'?: (_mlsql_v1_Run)[];
}

export interface ListRunsResponse__Output {
  'runs': (_mlsql_v1_Run__Output)[];
}
