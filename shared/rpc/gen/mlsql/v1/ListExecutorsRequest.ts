// Original file: proto/mlsql/v1/executors.proto


export interface ListExecutorsRequest {
}

export interface ListExecutorsRequest__Output {
}
