// Original file: proto/mlsql/v1/runs.proto


export interface DoneEvent {
  'ok'?: (boolean);
  'runId'?: (string);
  'warnings'?: (number);
  /**
   * succeeded, failed, cancelled.
   */
  'state'?: (string);
}

export interface DoneEvent__Output {
  'ok': (boolean);
  'runId': (string);
  'warnings': (number);
  /**
   * succeeded, failed, cancelled.
   */
  'state': (string);
}
