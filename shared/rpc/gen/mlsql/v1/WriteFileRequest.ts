// Original file: proto/mlsql/v1/files.proto

import type { Long } from '@grpc/proto-loader';

export interface WriteFileRequest {
  /**
   * In the first message only.
   */
  'path'?: (string);
  'size'?: (number | string | Long);
  /**
   * At most 1 MiB a message.
   */
  'data'?: (Buffer | Uint8Array | string);
}

export interface WriteFileRequest__Output {
  /**
   * In the first message only.
   */
  'path': (string);
  'size': (number);
  /**
   * At most 1 MiB a message.
   */
  'data': (Buffer);
}
