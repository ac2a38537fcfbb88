// Original file: proto/mlsql/v1/runs.proto


export interface CloseSessionResponse {
}

export interface CloseSessionResponse__Output {
}
