// Original file: proto/mlsql/v1/files.proto

import type { Long } from '@grpc/proto-loader';

export interface FileEntry {
  /**
   * One segment.
   */
  'name'?: (string);
  'folder'?: (boolean);
  'size'?: (number | string | Long);
  /**
   * Milliseconds since 1970; 0 for folders.
   */
  'modifiedMs'?: (number | string | Long);
}

export interface FileEntry__Output {
  /**
   * One segment.
   */
  'name': (string);
  'folder': (boolean);
  'size': (number);
  /**
   * Milliseconds since 1970; 0 for folders.
   */
  'modifiedMs': (number);
}
