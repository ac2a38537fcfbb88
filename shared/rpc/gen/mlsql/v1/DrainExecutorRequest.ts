// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface DrainExecutorRequest {
  'name'?: (string);
  'deadlineMs'?: (number | string | Long);
}

export interface DrainExecutorRequest__Output {
  'name': (string);
  'deadlineMs': (number);
}
