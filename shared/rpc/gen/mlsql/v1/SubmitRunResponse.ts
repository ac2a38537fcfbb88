// Original file: proto/mlsql/v1/runs.proto


export interface SubmitRunResponse {
  'runId'?: (string);
  /**
   * True where a run of this id and text was there already: nothing new was started.
   */
  'attached'?: (boolean);
}

export interface SubmitRunResponse__Output {
  'runId': (string);
  /**
   * True where a run of this id and text was there already: nothing new was started.
   */
  'attached': (boolean);
}
