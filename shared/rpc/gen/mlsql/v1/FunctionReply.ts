// Original file: proto/mlsql/v1/executors.proto

import type { FunctionCallError as _mlsql_v1_FunctionCallError, FunctionCallError__Output as _mlsql_v1_FunctionCallError__Output } from '../../mlsql/v1/FunctionCallError.js';
import type { Long } from '@grpc/proto-loader';

export interface FunctionReply {
  'callId'?: (number | string | Long);
  'batch'?: (Buffer | Uint8Array | string);
  'error'?: (_mlsql_v1_FunctionCallError | null);
  'executor'?: (string);
  'session'?: (string);
}

export interface FunctionReply__Output {
  'callId': (number);
  'batch': (Buffer);
  'error': (_mlsql_v1_FunctionCallError__Output | null);
  'executor': (string);
  'session': (string);
}
