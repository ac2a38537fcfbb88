// Original file: proto/mlsql/v1/files.proto


export interface ListFilesRequest {
  /**
   * A path of the store, "/a/b".
   */
  'path'?: (string);
}

export interface ListFilesRequest__Output {
  /**
   * A path of the store, "/a/b".
   */
  'path': (string);
}
