// Original file: proto/mlsql/v1/executors.proto

import type { Welcome as _mlsql_v1_Welcome, Welcome__Output as _mlsql_v1_Welcome__Output } from '../../mlsql/v1/Welcome.js';
import type { Assign as _mlsql_v1_Assign, Assign__Output as _mlsql_v1_Assign__Output } from '../../mlsql/v1/Assign.js';
import type { CancelAttempt as _mlsql_v1_CancelAttempt, CancelAttempt__Output as _mlsql_v1_CancelAttempt__Output } from '../../mlsql/v1/CancelAttempt.js';
import type { PrepareFunction as _mlsql_v1_PrepareFunction, PrepareFunction__Output as _mlsql_v1_PrepareFunction__Output } from '../../mlsql/v1/PrepareFunction.js';
import type { DropFunction as _mlsql_v1_DropFunction, DropFunction__Output as _mlsql_v1_DropFunction__Output } from '../../mlsql/v1/DropFunction.js';
import type { Drain as _mlsql_v1_Drain, Drain__Output as _mlsql_v1_Drain__Output } from '../../mlsql/v1/Drain.js';
import type { LogAck as _mlsql_v1_LogAck, LogAck__Output as _mlsql_v1_LogAck__Output } from '../../mlsql/v1/LogAck.js';
import type { AttemptId as _mlsql_v1_AttemptId, AttemptId__Output as _mlsql_v1_AttemptId__Output } from '../../mlsql/v1/AttemptId.js';
import type { FunctionLink as _mlsql_v1_FunctionLink, FunctionLink__Output as _mlsql_v1_FunctionLink__Output } from '../../mlsql/v1/FunctionLink.js';

export interface CoordinatorMessage {
  'welcome'?: (_mlsql_v1_Welcome | null);
  'assign'?: (_mlsql_v1_Assign | null);
  'cancel'?: (_mlsql_v1_CancelAttempt | null);
  'prepareFunction'?: (_mlsql_v1_PrepareFunction | null);
  'dropFunction'?: (_mlsql_v1_DropFunction | null);
  'drain'?: (_mlsql_v1_Drain | null);
  /**
   * Attempts the executor reported in Hello that are no longer its own: end them.
   */
  'forget'?: (_mlsql_v1_CancelAttempt | null);
  'logAck'?: (_mlsql_v1_LogAck | null);
  /**
   * The attempt's last update was taken: drop what is held of it.
   */
  'resultAck'?: (_mlsql_v1_AttemptId | null);
  /**
   * A shorter way for function calls, for executors on the coordinator's machine.
   */
  'functionLink'?: (_mlsql_v1_FunctionLink | null);
  'message'?: "welcome"|"assign"|"cancel"|"prepareFunction"|"dropFunction"|"drain"|"forget"|"logAck"|"resultAck"|"functionLink";
}

export interface CoordinatorMessage__Output {
  'welcome'?: (_mlsql_v1_Welcome__Output | null);
  'assign'?: (_mlsql_v1_Assign__Output | null);
  'cancel'?: (_mlsql_v1_CancelAttempt__Output | null);
  'prepareFunction'?: (_mlsql_v1_PrepareFunction__Output | null);
  'dropFunction'?: (_mlsql_v1_DropFunction__Output | null);
  'drain'?: (_mlsql_v1_Drain__Output | null);
  /**
   * Attempts the executor reported in Hello that are no longer its own: end them.
   */
  'forget'?: (_mlsql_v1_CancelAttempt__Output | null);
  'logAck'?: (_mlsql_v1_LogAck__Output | null);
  /**
   * The attempt's last update was taken: drop what is held of it.
   */
  'resultAck'?: (_mlsql_v1_AttemptId__Output | null);
  /**
   * A shorter way for function calls, for executors on the coordinator's machine.
   */
  'functionLink'?: (_mlsql_v1_FunctionLink__Output | null);
  'message'?: "welcome"|"assign"|"cancel"|"prepareFunction"|"dropFunction"|"drain"|"forget"|"logAck"|"resultAck"|"functionLink";
}
