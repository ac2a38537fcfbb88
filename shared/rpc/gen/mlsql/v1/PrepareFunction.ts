// Original file: proto/mlsql/v1/executors.proto

import type { FunctionSpec as _mlsql_v1_FunctionSpec, FunctionSpec__Output as _mlsql_v1_FunctionSpec__Output } from '../../mlsql/v1/FunctionSpec.js';

/**
 * Makes a function ready: files synced, a python worker started, the user's script run once.
 */
export interface PrepareFunction {
  'functionId'?: (string);
  'spec'?: (_mlsql_v1_FunctionSpec | null);
}

/**
 * Makes a function ready: files synced, a python worker started, the user's script run once.
 */
export interface PrepareFunction__Output {
  'functionId': (string);
  'spec': (_mlsql_v1_FunctionSpec__Output | null);
}
