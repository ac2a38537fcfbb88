// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface ModelFile {
  'path'?: (string);
  'size'?: (number | string | Long);
  'sha256'?: (string);
}

export interface ModelFile__Output {
  'path': (string);
  'size': (number);
  'sha256': (string);
}
