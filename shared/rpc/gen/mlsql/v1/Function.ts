// Original file: proto/mlsql/v1/functions.proto

import type { Long } from '@grpc/proto-loader';

export interface Function {
  'name'?: (string);
  /**
   * PythonAlg or PythonParallelExt.
   */
  'alg'?: (string);
  /**
   * The model's path in the store.
   */
  'path'?: (string);
  /**
   * The version; absent where the path itself holds the model.
   */
  'version'?: (number);
  'algIndex'?: (number);
  'score'?: (number | string);
  'registeredMs'?: (number | string | Long);
  /**
   * row or batch: python_fun.udf or python_fun.udf_batch.
   */
  'kind'?: (string);
  '_version'?: "version";
  '_score'?: "score";
}

export interface Function__Output {
  'name': (string);
  /**
   * PythonAlg or PythonParallelExt.
   */
  'alg': (string);
  /**
   * The model's path in the store.
   */
  'path': (string);
  /**
   * The version; absent where the path itself holds the model.
   */
  'version'?: (number);
  'algIndex': (number);
  'score'?: (number);
  'registeredMs': (number);
  /**
   * row or batch: python_fun.udf or python_fun.udf_batch.
   */
  'kind': (string);
  '_version'?: "version";
  '_score'?: "score";
}
