// Original file: proto/mlsql/v1/executors.proto

import type { Long } from '@grpc/proto-loader';

export interface AttemptFailure {
  /**
   * exit, signal, memory, timeout, cancelled, sync, environment, upload, disk, internal.
   */
  'cause'?: (string);
  /**
   * Code of the registry.
   */
  'code'?: (string);
  'message'?: (string);
  'traceback'?: (string);
  'exitCode'?: (number);
  'signal'?: (string);
  'peakMemoryBytes'?: (number | string | Long);
  'logLines'?: (number | string | Long);
  /**
   * False: another try would end the same way (syntax error, import error, missing interpreter).
   */
  'retryable'?: (boolean);
  /**
   * user: the script's own failure; platform: the cluster's (another budget of tries).
   */
  'blame'?: (string);
  '_exitCode'?: "exitCode";
}

export interface AttemptFailure__Output {
  /**
   * exit, signal, memory, timeout, cancelled, sync, environment, upload, disk, internal.
   */
  'cause': (string);
  /**
   * Code of the registry.
   */
  'code': (string);
  'message': (string);
  'traceback': (string);
  'exitCode'?: (number);
  'signal': (string);
  'peakMemoryBytes': (number);
  'logLines': (number);
  /**
   * False: another try would end the same way (syntax error, import error, missing interpreter).
   */
  'retryable': (boolean);
  /**
   * user: the script's own failure; platform: the cluster's (another budget of tries).
   */
  'blame': (string);
  '_exitCode'?: "exitCode";
}
