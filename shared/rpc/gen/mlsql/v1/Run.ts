// Original file: proto/mlsql/v1/runs.proto

import type { Long } from '@grpc/proto-loader';

export interface Run {
  'runId'?: (string);
  'scriptName'?: (string);
  /**
   * RUNNING, SUCCEEDED, FAILED, CANCELLED.
   */
  'state'?: (string);
  'user'?: (string);
  'startTimeMs'?: (number | string | Long);
  /**
   * 0: it runs.
   */
  'endTimeMs'?: (number | string | Long);
  'statementsDone'?: (number);
  'statementsTotal'?: (number);
  'jobIds'?: (string)[];
  /**
   * The error's message, where it failed.
   */
  'message'?: (string);
  /**
   * As its client gave it; empty: it did not.
   */
  'baseDir'?: (string);
}

export interface Run__Output {
  'runId': (string);
  'scriptName': (string);
  /**
   * RUNNING, SUCCEEDED, FAILED, CANCELLED.
   */
  'state': (string);
  'user': (string);
  'startTimeMs': (number);
  /**
   * 0: it runs.
   */
  'endTimeMs': (number);
  'statementsDone': (number);
  'statementsTotal': (number);
  'jobIds': (string)[];
  /**
   * The error's message, where it failed.
   */
  'message': (string);
  /**
   * As its client gave it; empty: it did not.
   */
  'baseDir': (string);
}
