// Original file: proto/mlsql/v1/files.proto


export interface ReadFileRequest {
  'path'?: (string);
}

export interface ReadFileRequest__Output {
  'path': (string);
}
