// Original file: proto/mlsql/v1/runs.proto

import type { Long } from '@grpc/proto-loader';

export interface BlobEntry {
  /**
   * Relative path with forward slashes.
   */
  'path'?: (string);
  /**
   * Lower-case hexadecimal SHA-256 of the content.
   */
  'sha256'?: (string);
  /**
   * Size in bytes.
   */
  'size'?: (number | string | Long);
  /**
   * True where the file is executable by its owner.
   */
  'executable'?: (boolean);
}

export interface BlobEntry__Output {
  /**
   * Relative path with forward slashes.
   */
  'path': (string);
  /**
   * Lower-case hexadecimal SHA-256 of the content.
   */
  'sha256': (string);
  /**
   * Size in bytes.
   */
  'size': (number);
  /**
   * True where the file is executable by its owner.
   */
  'executable': (boolean);
}
