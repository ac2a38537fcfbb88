// Original file: proto/mlsql/v1/jobs.proto


export interface CancelJobResponse {
}

export interface CancelJobResponse__Output {
}
