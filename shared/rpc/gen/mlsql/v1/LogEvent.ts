// Original file: proto/mlsql/v1/runs.proto

import type { Long } from '@grpc/proto-loader';

export interface LogEvent {
  'jobId'?: (string);
  'algIndex'?: (number);
  'attempt'?: (number);
  /**
   * Sequence number of the first line, gap-free from 1 within the attempt.
   */
  'firstSeq'?: (number | string | Long);
  'lines'?: (string)[];
}

export interface LogEvent__Output {
  'jobId': (string);
  'algIndex': (number);
  'attempt': (number);
  /**
   * Sequence number of the first line, gap-free from 1 within the attempt.
   */
  'firstSeq': (number);
  'lines': (string)[];
}
