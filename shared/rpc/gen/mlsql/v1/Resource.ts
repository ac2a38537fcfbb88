// Original file: proto/mlsql/v1/executors.proto

import type { InputFile as _mlsql_v1_InputFile, InputFile__Output as _mlsql_v1_InputFile__Output } from '../../mlsql/v1/InputFile.js';

export interface Resource {
  'name'?: (string);
  /**
   * True: a folder of these files; false: one file, whose path is its base name.
   */
  'folder'?: (boolean);
  'files'?: (_mlsql_v1_InputFile)[];
}

export interface Resource__Output {
  'name': (string);
  /**
   * True: a folder of these files; false: one file, whose path is its base name.
   */
  'folder': (boolean);
  'files': (_mlsql_v1_InputFile__Output)[];
}
