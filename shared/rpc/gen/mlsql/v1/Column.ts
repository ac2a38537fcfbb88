// Original file: proto/mlsql/v1/runs.proto


export interface Column {
  'name'?: (string);
  /**
   * Spark's name of the type: bigint, double, string, array<double>, struct<…>, …
   */
  'type'?: (string);
}

export interface Column__Output {
  'name': (string);
  /**
   * Spark's name of the type: bigint, double, string, array<double>, struct<…>, …
   */
  'type': (string);
}
