// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface AttemptId {
  'jobId'?: (string);
  'algIndex'?: (number);
  /**
   * From 1.
   */
  'attempt'?: (number);
  /**
   * The coordinator's epoch that assigned it.
   */
  'epoch'?: (number | string | Long);
}

export interface AttemptId__Output {
  'jobId': (string);
  'algIndex': (number);
  /**
   * From 1.
   */
  'attempt': (number);
  /**
   * The coordinator's epoch that assigned it.
   */
  'epoch': (number);
}
