// Original file: proto/mlsql/v1/files.proto


export interface FindMissingBlobsRequest {
  'sha256'?: (string)[];
}

export interface FindMissingBlobsRequest__Output {
  'sha256': (string)[];
}
