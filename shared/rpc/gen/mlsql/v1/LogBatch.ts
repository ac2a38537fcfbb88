// Original file: proto/mlsql/v1/executors.proto

import type { AttemptId as _mlsql_v1_AttemptId, AttemptId__Output as _mlsql_v1_AttemptId__Output } from '../../mlsql/v1/AttemptId.js';
import type { Long } from '@grpc/proto-loader';

export interface LogBatch {
  'id'?: (_mlsql_v1_AttemptId | null);
  /**
   * Sequence number of the first line, gap-free from 1.
   */
  'firstSeq'?: (number | string | Long);
  /**
   * At most 4,000 lines or 256 KiB a batch.
   */
  'lines'?: (string)[];
}

export interface LogBatch__Output {
  'id': (_mlsql_v1_AttemptId__Output | null);
  /**
   * Sequence number of the first line, gap-free from 1.
   */
  'firstSeq': (number);
  /**
   * At most 4,000 lines or 256 KiB a batch.
   */
  'lines': (string)[];
}
