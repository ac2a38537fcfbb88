// Original file: proto/mlsql/v1/files.proto

import type { FileEntry as _mlsql_v1_FileEntry, FileEntry__Output as _mlsql_v1_FileEntry__Output } from '../../mlsql/v1/FileEntry.js';

export interface ListFilesResponse {
  'entries'?: (_mlsql_v1_FileEntry)[];
}

export interface ListFilesResponse__Output {
  'entries': (_mlsql_v1_FileEntry__Output)[];
}
