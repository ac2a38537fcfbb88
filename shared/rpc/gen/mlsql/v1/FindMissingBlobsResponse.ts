// Original file: proto/mlsql/v1/files.proto


export interface FindMissingBlobsResponse {
  'missing'?: (string)[];
}

export interface FindMissingBlobsResponse__Output {
  'missing': (string)[];
}
