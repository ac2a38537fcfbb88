// Original file: proto/mlsql/v1/executors.proto


export interface DropFunction {
  'functionId'?: (string);
}

export interface DropFunction__Output {
  'functionId': (string);
}
