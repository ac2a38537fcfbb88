// Original file: proto/mlsql/v1/functions.proto

import type { ModelVersion as _mlsql_v1_ModelVersion, ModelVersion__Output as _mlsql_v1_ModelVersion__Output } from '../../mlsql/v1/ModelVersion.js';

export interface ListModelsResponse {
  'versions'?: (_mlsql_v1_ModelVersion)[];
}

export interface ListModelsResponse__Output {
  'versions': (_mlsql_v1_ModelVersion__Output)[];
}
