// Original file: proto/mlsql/v1/executors.proto


export interface AttemptWarning {
  'code'?: (string);
  'message'?: (string);
}

export interface AttemptWarning__Output {
  'code': (string);
  'message': (string);
}
