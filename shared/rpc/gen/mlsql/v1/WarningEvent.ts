// Original file: proto/mlsql/v1/runs.proto


export interface WarningEvent {
  /**
   * Code of the registry, MLSQL_<AREA>_<WHAT>.
   */
  'code'?: (string);
  'message'?: (string);
  'hint'?: (string);
  /**
   * Position in the script; 0: none.
   */
  'line'?: (number);
  'column'?: (number);
  'jobId'?: (string);
  'algIndex'?: (number);
  '_algIndex'?: "algIndex";
}

export interface WarningEvent__Output {
  /**
   * Code of the registry, MLSQL_<AREA>_<WHAT>.
   */
  'code': (string);
  'message': (string);
  'hint': (string);
  /**
   * Position in the script; 0: none.
   */
  'line': (number);
  'column': (number);
  'jobId': (string);
  'algIndex'?: (number);
  '_algIndex'?: "algIndex";
}
