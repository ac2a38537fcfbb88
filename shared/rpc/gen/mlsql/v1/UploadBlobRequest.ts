// Original file: proto/mlsql/v1/files.proto

import type { Long } from '@grpc/proto-loader';

export interface UploadBlobRequest {
  /**
   * In the first message only: lower-case hexadecimal SHA-256 and size in bytes of the whole.
   */
  'sha256'?: (string);
  'size'?: (number | string | Long);
  /**
   * At most 1 MiB a message.
   */
  'data'?: (Buffer | Uint8Array | string);
}

export interface UploadBlobRequest__Output {
  /**
   * In the first message only: lower-case hexadecimal SHA-256 and size in bytes of the whole.
   */
  'sha256': (string);
  'size': (number);
  /**
   * At most 1 MiB a message.
   */
  'data': (Buffer);
}
