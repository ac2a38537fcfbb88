// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface FunctionCall {
  'callId'?: (number | string | Long);
  'functionId'?: (string);
  /**
   * The argument column, encoded as docs/function-wire.md says.
   */
  'batch'?: (Buffer | Uint8Array | string);
  /**
   * True: nobody waits for this call any more.
   */
  'cancelled'?: (boolean);
}

export interface FunctionCall__Output {
  'callId': (number);
  'functionId': (string);
  /**
   * The argument column, encoded as docs/function-wire.md says.
   */
  'batch': (Buffer);
  /**
   * True: nobody waits for this call any more.
   */
  'cancelled': (boolean);
}
