// Original file: proto/mlsql/v1/runs.proto

import type { StatementEvent as _mlsql_v1_StatementEvent, StatementEvent__Output as _mlsql_v1_StatementEvent__Output } from '../../mlsql/v1/StatementEvent.js';
import type { JobEvent as _mlsql_v1_JobEvent, JobEvent__Output as _mlsql_v1_JobEvent__Output } from '../../mlsql/v1/JobEvent.js';
import type { LogEvent as _mlsql_v1_LogEvent, LogEvent__Output as _mlsql_v1_LogEvent__Output } from '../../mlsql/v1/LogEvent.js';
import type { TableEvent as _mlsql_v1_TableEvent, TableEvent__Output as _mlsql_v1_TableEvent__Output } from '../../mlsql/v1/TableEvent.js';
import type { WarningEvent as _mlsql_v1_WarningEvent, WarningEvent__Output as _mlsql_v1_WarningEvent__Output } from '../../mlsql/v1/WarningEvent.js';
import type { ErrorEvent as _mlsql_v1_ErrorEvent, ErrorEvent__Output as _mlsql_v1_ErrorEvent__Output } from '../../mlsql/v1/ErrorEvent.js';
import type { DoneEvent as _mlsql_v1_DoneEvent, DoneEvent__Output as _mlsql_v1_DoneEvent__Output } from '../../mlsql/v1/DoneEvent.js';
import type { Long } from '@grpc/proto-loader';

/**
 * One event of a run. seq rises by one from 1.
 */
export interface RunEvent {
  'seq'?: (number | string | Long);
  /**
   * Milliseconds since 1970.
   */
  'timeMs'?: (number | string | Long);
  'statement'?: (_mlsql_v1_StatementEvent | null);
  'job'?: (_mlsql_v1_JobEvent | null);
  'log'?: (_mlsql_v1_LogEvent | null);
  'table'?: (_mlsql_v1_TableEvent | null);
  'warning'?: (_mlsql_v1_WarningEvent | null);
  'error'?: (_mlsql_v1_ErrorEvent | null);
  'done'?: (_mlsql_v1_DoneEvent | null);
  'event'?: "statement"|"job"|"log"|"table"|"warning"|"error"|"done";
}

/**
 * One event of a run. seq rises by one from 1.
 */
export interface RunEvent__Output {
  'seq': (number);
  /**
   * Milliseconds since 1970.
   */
  'timeMs': (number);
  'statement'?: (_mlsql_v1_StatementEvent__Output | null);
  'job'?: (_mlsql_v1_JobEvent__Output | null);
  'log'?: (_mlsql_v1_LogEvent__Output | null);
  'table'?: (_mlsql_v1_TableEvent__Output | null);
  'warning'?: (_mlsql_v1_WarningEvent__Output | null);
  'error'?: (_mlsql_v1_ErrorEvent__Output | null);
  'done'?: (_mlsql_v1_DoneEvent__Output | null);
  'event'?: "statement"|"job"|"log"|"table"|"warning"|"error"|"done";
}
