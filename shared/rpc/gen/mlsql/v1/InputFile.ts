// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An object of the store that an attempt or function reads.
 */
export interface InputFile {
  /**
   * Relative path where it shall lie, forward slashes.
   */
  'path'?: (string);
  /**
   * Key in the store.
   */
  'key'?: (string);
  'size'?: (number | string | Long);
  'sha256'?: (string);
  'executable'?: (boolean);
}

/**
 * An object of the store that an attempt or function reads.
 */
export interface InputFile__Output {
  /**
   * Relative path where it shall lie, forward slashes.
   */
  'path': (string);
  /**
   * Key in the store.
   */
  'key': (string);
  'size': (number);
  'sha256': (string);
  'executable': (boolean);
}
