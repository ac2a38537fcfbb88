// Original file: proto/mlsql/v1/executors.proto


/**
 * Where the SQL process takes connections for function calls, so that their bytes need not pass through the coordinator.
 * An executor that cannot connect there, since it runs elsewhere, is called on ServeFunctions as ever.
 */
export interface FunctionLink {
  /**
   * Name of an abstract Unix socket, without its leading zero byte.
   */
  'address'?: (string);
  /**
   * Shown by whoever connects. New with each SQL process.
   */
  'secret'?: (string);
}

/**
 * Where the SQL process takes connections for function calls, so that their bytes need not pass through the coordinator.
 * An executor that cannot connect there, since it runs elsewhere, is called on ServeFunctions as ever.
 */
export interface FunctionLink__Output {
  /**
   * Name of an abstract Unix socket, without its leading zero byte.
   */
  'address': (string);
  /**
   * Shown by whoever connects. New with each SQL process.
   */
  'secret': (string);
}
