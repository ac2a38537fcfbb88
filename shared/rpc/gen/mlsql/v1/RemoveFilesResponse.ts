// Original file: proto/mlsql/v1/files.proto

import type { Long } from '@grpc/proto-loader';

export interface RemoveFilesResponse {
  'removed'?: (number | string | Long);
}

export interface RemoveFilesResponse__Output {
  'removed': (number);
}
