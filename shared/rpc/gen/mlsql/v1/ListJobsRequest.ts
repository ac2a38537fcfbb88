// Original file: proto/mlsql/v1/jobs.proto


export interface ListJobsRequest {
  /**
   * At most so many; 0: 100.
   */
  'limit'?: (number);
}

export interface ListJobsRequest__Output {
  /**
   * At most so many; 0: 100.
   */
  'limit': (number);
}
