// Original file: proto/mlsql/v1/runs.proto


export interface OpenSessionRequest {
}

export interface OpenSessionRequest__Output {
}
