// Original file: proto/mlsql/v1/functions.proto


export interface GetModelRequest {
  'path'?: (string);
  /**
   * Absent: the newest with a success.
   */
  'version'?: (number);
  '_version'?: "version";
}

export interface GetModelRequest__Output {
  'path': (string);
  /**
   * Absent: the newest with a success.
   */
  'version'?: (number);
  '_version'?: "version";
}
