// Original file: proto/mlsql/v1/executors.proto

import type { ModelFile as _mlsql_v1_ModelFile, ModelFile__Output as _mlsql_v1_ModelFile__Output } from '../../mlsql/v1/ModelFile.js';
import type { Long } from '@grpc/proto-loader';

export interface AttemptResult {
  /**
   * The files of the model as they lie below the staging prefix's model/ folder.
   */
  'files'?: (_mlsql_v1_ModelFile)[];
  'logLines'?: (number | string | Long);
  /**
   * Interpreter as it really was, for meta/1: executable, version, platform, and versions of numpy, scikit-learn, …
   */
  'interpreter'?: ({[key: string]: string});
  'peakMemoryBytes'?: (number | string | Long);
}

export interface AttemptResult__Output {
  /**
   * The files of the model as they lie below the staging prefix's model/ folder.
   */
  'files': (_mlsql_v1_ModelFile__Output)[];
  'logLines': (number);
  /**
   * Interpreter as it really was, for meta/1: executable, version, platform, and versions of numpy, scikit-learn, …
   */
  'interpreter': ({[key: string]: string});
  'peakMemoryBytes': (number);
}
