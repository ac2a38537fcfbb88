// Original file: proto/mlsql/v1/runs.proto

import type { BlobEntry as _mlsql_v1_BlobEntry, BlobEntry__Output as _mlsql_v1_BlobEntry__Output } from '../../mlsql/v1/BlobEntry.js';

/**
 * A file or folder beside the script, by the name the script uses for it.
 */
export interface ClientFile {
  /**
   * The path as it is written in the script after substitution, for example "./train.py".
   */
  'name'?: (string);
  /**
   * True where the name is a folder; files then hold paths relative to it.
   */
  'folder'?: (boolean);
  /**
   * The content. For a single file: one entry whose path is the file's base name.
   */
  'files'?: (_mlsql_v1_BlobEntry)[];
}

/**
 * A file or folder beside the script, by the name the script uses for it.
 */
export interface ClientFile__Output {
  /**
   * The path as it is written in the script after substitution, for example "./train.py".
   */
  'name': (string);
  /**
   * True where the name is a folder; files then hold paths relative to it.
   */
  'folder': (boolean);
  /**
   * The content. For a single file: one entry whose path is the file's base name.
   */
  'files': (_mlsql_v1_BlobEntry__Output)[];
}
