// Original file: proto/mlsql/v1/runs.proto

import type { Long } from '@grpc/proto-loader';

export interface FollowRunRequest {
  'runId'?: (string);
  /**
   * Events with a higher sequence number are sent; 0: from the start.
   */
  'afterSeq'?: (number | string | Long);
}

export interface FollowRunRequest__Output {
  'runId': (string);
  /**
   * Events with a higher sequence number are sent; 0: from the start.
   */
  'afterSeq': (number);
}
