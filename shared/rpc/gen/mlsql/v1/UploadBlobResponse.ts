// Original file: proto/mlsql/v1/files.proto


export interface UploadBlobResponse {
}

export interface UploadBlobResponse__Output {
}
