// Original file: proto/mlsql/v1/executors.proto

import type { InputFile as _mlsql_v1_InputFile, InputFile__Output as _mlsql_v1_InputFile__Output } from '../../mlsql/v1/InputFile.js';
import type { Resource as _mlsql_v1_Resource, Resource__Output as _mlsql_v1_Resource__Output } from '../../mlsql/v1/Resource.js';

export interface FunctionSpec {
  'name'?: (string);
  'project'?: (_mlsql_v1_InputFile)[];
  'script'?: (string);
  'builtinAlg'?: (string);
  /**
   * The model's files, relative to the model folder.
   */
  'model'?: (_mlsql_v1_InputFile)[];
  'resources'?: (_mlsql_v1_Resource)[];
  'fitParam'?: ({[key: string]: string});
  'systemParam'?: ({[key: string]: string});
  'pythonPath'?: (string);
  'pythonParams'?: (string)[];
  'envs'?: ({[key: string]: string});
  /**
   * enableCopyTrainParamsToPython: a third item for each call.
   */
  'copyTrainParams'?: (boolean);
  'trainParams'?: ({[key: string]: string});
  /**
   * Command of the MLproject's api_predict entry point, where there is one.
   */
  'command'?: (string);
}

export interface FunctionSpec__Output {
  'name': (string);
  'project': (_mlsql_v1_InputFile__Output)[];
  'script': (string);
  'builtinAlg': (string);
  /**
   * The model's files, relative to the model folder.
   */
  'model': (_mlsql_v1_InputFile__Output)[];
  'resources': (_mlsql_v1_Resource__Output)[];
  'fitParam': ({[key: string]: string});
  'systemParam': ({[key: string]: string});
  'pythonPath': (string);
  'pythonParams': (string)[];
  'envs': ({[key: string]: string});
  /**
   * enableCopyTrainParamsToPython: a third item for each call.
   */
  'copyTrainParams': (boolean);
  'trainParams': ({[key: string]: string});
  /**
   * Command of the MLproject's api_predict entry point, where there is one.
   */
  'command': (string);
}
