// Original file: proto/mlsql/v1/runs.proto


export interface ListRunsRequest {
  /**
   * At most so many; 0: 100.
   */
  'limit'?: (number);
}

export interface ListRunsRequest__Output {
  /**
   * At most so many; 0: 100.
   */
  'limit': (number);
}
