// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface FunctionCallError {
  'code'?: (string);
  'message'?: (string);
  'traceback'?: (string);
  /**
   * Row within the batch; -1: not of one row.
   */
  'row'?: (number | string | Long);
  /**
   * The row's arguments as text.
   */
  'arguments'?: (string);
  /**
   * True: the worker died or could not be started; another try may do.
   */
  'retryable'?: (boolean);
}

export interface FunctionCallError__Output {
  'code': (string);
  'message': (string);
  'traceback': (string);
  /**
   * Row within the batch; -1: not of one row.
   */
  'row': (number);
  /**
   * The row's arguments as text.
   */
  'arguments': (string);
  /**
   * True: the worker died or could not be started; another try may do.
   */
  'retryable': (boolean);
}
