// Original file: proto/mlsql/v1/jobs.proto

import type { Long } from '@grpc/proto-loader';

export interface LogChunk {
  'algIndex'?: (number);
  'attempt'?: (number);
  /**
   * Sequence number of the first line, gap-free from 1 within the attempt.
   */
  'firstSeq'?: (number | string | Long);
  'lines'?: (string)[];
}

export interface LogChunk__Output {
  'algIndex': (number);
  'attempt': (number);
  /**
   * Sequence number of the first line, gap-free from 1 within the attempt.
   */
  'firstSeq': (number);
  'lines': (string)[];
}
