// Original file: proto/mlsql/v1/runs.proto


export interface CancelRunResponse {
}

export interface CancelRunResponse__Output {
}
