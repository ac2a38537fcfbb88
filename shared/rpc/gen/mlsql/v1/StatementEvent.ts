// Original file: proto/mlsql/v1/runs.proto


export interface StatementEvent {
  /**
   * Position in the script, from 0.
   */
  'index'?: (number);
  /**
   * set, load, select, save, train, register, unregister, predict, show, cancel, retry.
   */
  'kind'?: (string);
  /**
   * running, done, failed, cancelled, skipped.
   */
  'state'?: (string);
  /**
   * Line of its first word, from 1.
   */
  'line'?: (number);
}

export interface StatementEvent__Output {
  /**
   * Position in the script, from 0.
   */
  'index': (number);
  /**
   * set, load, select, save, train, register, unregister, predict, show, cancel, retry.
   */
  'kind': (string);
  /**
   * running, done, failed, cancelled, skipped.
   */
  'state': (string);
  /**
   * Line of its first word, from 1.
   */
  'line': (number);
}
