// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface Drain {
  'reason'?: (string);
  'deadlineMs'?: (number | string | Long);
}

export interface Drain__Output {
  'reason': (string);
  'deadlineMs': (number);
}
