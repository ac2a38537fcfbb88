// Original file: proto/mlsql/v1/executors.proto

import type { Hello as _mlsql_v1_Hello, Hello__Output as _mlsql_v1_Hello__Output } from '../../mlsql/v1/Hello.js';
import type { Heartbeat as _mlsql_v1_Heartbeat, Heartbeat__Output as _mlsql_v1_Heartbeat__Output } from '../../mlsql/v1/Heartbeat.js';
import type { AttemptUpdate as _mlsql_v1_AttemptUpdate, AttemptUpdate__Output as _mlsql_v1_AttemptUpdate__Output } from '../../mlsql/v1/AttemptUpdate.js';
import type { LogBatch as _mlsql_v1_LogBatch, LogBatch__Output as _mlsql_v1_LogBatch__Output } from '../../mlsql/v1/LogBatch.js';
import type { FunctionUpdate as _mlsql_v1_FunctionUpdate, FunctionUpdate__Output as _mlsql_v1_FunctionUpdate__Output } from '../../mlsql/v1/FunctionUpdate.js';
import type { Draining as _mlsql_v1_Draining, Draining__Output as _mlsql_v1_Draining__Output } from '../../mlsql/v1/Draining.js';

export interface ExecutorMessage {
  'hello'?: (_mlsql_v1_Hello | null);
  'heartbeat'?: (_mlsql_v1_Heartbeat | null);
  'attempt'?: (_mlsql_v1_AttemptUpdate | null);
  'logs'?: (_mlsql_v1_LogBatch | null);
  'function'?: (_mlsql_v1_FunctionUpdate | null);
  'draining'?: (_mlsql_v1_Draining | null);
  'message'?: "hello"|"heartbeat"|"attempt"|"logs"|"function"|"draining";
}

export interface ExecutorMessage__Output {
  'hello'?: (_mlsql_v1_Hello__Output | null);
  'heartbeat'?: (_mlsql_v1_Heartbeat__Output | null);
  'attempt'?: (_mlsql_v1_AttemptUpdate__Output | null);
  'logs'?: (_mlsql_v1_LogBatch__Output | null);
  'function'?: (_mlsql_v1_FunctionUpdate__Output | null);
  'draining'?: (_mlsql_v1_Draining__Output | null);
  'message'?: "hello"|"heartbeat"|"attempt"|"logs"|"function"|"draining";
}
