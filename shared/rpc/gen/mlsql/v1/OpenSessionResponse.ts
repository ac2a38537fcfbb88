// Original file: proto/mlsql/v1/runs.proto


export interface OpenSessionResponse {
  'sessionId'?: (string);
}

export interface OpenSessionResponse__Output {
  'sessionId': (string);
}
