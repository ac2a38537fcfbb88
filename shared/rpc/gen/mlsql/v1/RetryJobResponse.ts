// Original file: proto/mlsql/v1/jobs.proto


export interface RetryJobResponse {
  /**
   * The run that retries.
   */
  'runId'?: (string);
}

export interface RetryJobResponse__Output {
  /**
   * The run that retries.
   */
  'runId': (string);
}
