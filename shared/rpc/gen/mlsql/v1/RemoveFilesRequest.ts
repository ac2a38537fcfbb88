// Original file: proto/mlsql/v1/files.proto


export interface RemoveFilesRequest {
  'path'?: (string);
  'recursive'?: (boolean);
}

export interface RemoveFilesRequest__Output {
  'path': (string);
  'recursive': (boolean);
}
