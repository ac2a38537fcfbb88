// Original file: proto/mlsql/v1/executors.proto


export interface DrainExecutorResponse {
}

export interface DrainExecutorResponse__Output {
}
