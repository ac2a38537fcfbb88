// Original file: proto/mlsql/v1/functions.proto


export interface ListModelsRequest {
  'path'?: (string);
}

export interface ListModelsRequest__Output {
  'path': (string);
}
