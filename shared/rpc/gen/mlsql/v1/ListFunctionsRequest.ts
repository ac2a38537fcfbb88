// Original file: proto/mlsql/v1/functions.proto


export interface ListFunctionsRequest {
}

export interface ListFunctionsRequest__Output {
}
