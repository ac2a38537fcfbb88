// Original file: proto/mlsql/v1/jobs.proto


export interface ReadLogsRequest {
  'jobId'?: (string);
  /**
   * Absent: all groups.
   */
  'algIndex'?: (number);
  /**
   * Absent: each group's last attempt.
   */
  'attempt'?: (number);
  /**
   * Only the last so many lines of each group; 0: all.
   */
  'tail'?: (number);
  /**
   * True: goes on until the job has ended.
   */
  'follow'?: (boolean);
  '_algIndex'?: "algIndex";
  '_attempt'?: "attempt";
}

export interface ReadLogsRequest__Output {
  'jobId': (string);
  /**
   * Absent: all groups.
   */
  'algIndex'?: (number);
  /**
   * Absent: each group's last attempt.
   */
  'attempt'?: (number);
  /**
   * Only the last so many lines of each group; 0: all.
   */
  'tail': (number);
  /**
   * True: goes on until the job has ended.
   */
  'follow': (boolean);
  '_algIndex'?: "algIndex";
  '_attempt'?: "attempt";
}
