// Original file: proto/mlsql/v1/jobs.proto

import type { ClientFile as _mlsql_v1_ClientFile, ClientFile__Output as _mlsql_v1_ClientFile__Output } from '../../mlsql/v1/ClientFile.js';

export interface RetryJobRequest {
  /**
   * A job that has ended, and of which groups have no accepted result.
   */
  'jobId'?: (string);
  /**
   * Changed content of files and folders among the job's client_files, uploaded before. What is not named here is taken as
   * it was when the job was submitted.
   */
  'clientFiles'?: (_mlsql_v1_ClientFile)[];
  /**
   * The folder on the client's machine that relative names start from; empty: that of the job's run.
   */
  'baseDir'?: (string);
  /**
   * Rows of the result table that the client wants at most; 0: the default (1000).
   */
  'rowLimit'?: (number);
  /**
   * Who submits, as he calls himself; for lists.
   */
  'user'?: (string);
}

export interface RetryJobRequest__Output {
  /**
   * A job that has ended, and of which groups have no accepted result.
   */
  'jobId': (string);
  /**
   * Changed content of files and folders among the job's client_files, uploaded before. What is not named here is taken as
   * it was when the job was submitted.
   */
  'clientFiles': (_mlsql_v1_ClientFile__Output)[];
  /**
   * The folder on the client's machine that relative names start from; empty: that of the job's run.
   */
  'baseDir': (string);
  /**
   * Rows of the result table that the client wants at most; 0: the default (1000).
   */
  'rowLimit': (number);
  /**
   * Who submits, as he calls himself; for lists.
   */
  'user': (string);
}
