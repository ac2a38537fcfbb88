// Original file: proto/mlsql/v1/runs.proto


export interface ErrorEvent {
  'code'?: (string);
  'message'?: (string);
  /**
   * What to do.
   */
  'hint'?: (string);
  /**
   * The statement's index; absent: before any statement.
   */
  'statement'?: (number);
  /**
   * First character of the offending word, from 1; 0: none.
   */
  'line'?: (number);
  'column'?: (number);
  'jobId'?: (string);
  'algIndex'?: (number);
  'traceback'?: (string);
  /**
   * The store path that was not there, for MLSQL_STORE_NOT_FOUND: a client may look whether it lies on its own disk.
   */
  'path'?: (string);
  '_statement'?: "statement";
  '_algIndex'?: "algIndex";
}

export interface ErrorEvent__Output {
  'code': (string);
  'message': (string);
  /**
   * What to do.
   */
  'hint': (string);
  /**
   * The statement's index; absent: before any statement.
   */
  'statement'?: (number);
  /**
   * First character of the offending word, from 1; 0: none.
   */
  'line': (number);
  'column': (number);
  'jobId': (string);
  'algIndex'?: (number);
  'traceback': (string);
  /**
   * The store path that was not there, for MLSQL_STORE_NOT_FOUND: a client may look whether it lies on its own disk.
   */
  'path': (string);
  '_statement'?: "statement";
  '_algIndex'?: "algIndex";
}
