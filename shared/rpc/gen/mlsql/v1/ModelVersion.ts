// Original file: proto/mlsql/v1/functions.proto

import type { ModelGroup as _mlsql_v1_ModelGroup, ModelGroup__Output as _mlsql_v1_ModelGroup__Output } from '../../mlsql/v1/ModelGroup.js';
import type { Long } from '@grpc/proto-loader';

export interface ModelVersion {
  'path'?: (string);
  /**
   * Absent: the path itself (keepVersion=false).
   */
  'version'?: (number);
  'groups'?: (_mlsql_v1_ModelGroup)[];
  'startTimeMs'?: (number | string | Long);
  'endTimeMs'?: (number | string | Long);
  '_version'?: "version";
}

export interface ModelVersion__Output {
  'path': (string);
  /**
   * Absent: the path itself (keepVersion=false).
   */
  'version'?: (number);
  'groups': (_mlsql_v1_ModelGroup__Output)[];
  'startTimeMs': (number);
  'endTimeMs': (number);
  '_version'?: "version";
}
