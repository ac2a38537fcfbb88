// Original file: proto/mlsql/v1/runs.proto

import type { ClientFile as _mlsql_v1_ClientFile, ClientFile__Output as _mlsql_v1_ClientFile__Output } from '../../mlsql/v1/ClientFile.js';

export interface SubmitRunRequest {
  /**
   * The client's name for the run; empty: the coordinator chooses one.
   */
  'runId'?: (string);
  /**
   * The script's text, UTF-8.
   */
  'script'?: (string);
  /**
   * The script's file name, for messages; empty for text given on the command line.
   */
  'scriptName'?: (string);
  /**
   * Settings that win over the script's own `set` statements.
   */
  'settings'?: ({[key: string]: string});
  /**
   * Content of every client file and folder that the script names.
   */
  'clientFiles'?: (_mlsql_v1_ClientFile)[];
  /**
   * Rows of the result table that the client wants at most; 0: the default (1000).
   */
  'rowLimit'?: (number);
  /**
   * The session whose tables and settings the run shares; empty: a scope of its own.
   */
  'sessionId'?: (string);
  /**
   * Who submits, as he calls himself; for lists.
   */
  'user'?: (string);
  /**
   * The folder on the client's machine that relative names in the script start from, for the client's own later use
   * (Run.base_dir); may be empty.
   */
  'baseDir'?: (string);
}

export interface SubmitRunRequest__Output {
  /**
   * The client's name for the run; empty: the coordinator chooses one.
   */
  'runId': (string);
  /**
   * The script's text, UTF-8.
   */
  'script': (string);
  /**
   * The script's file name, for messages; empty for text given on the command line.
   */
  'scriptName': (string);
  /**
   * Settings that win over the script's own `set` statements.
   */
  'settings': ({[key: string]: string});
  /**
   * Content of every client file and folder that the script names.
   */
  'clientFiles': (_mlsql_v1_ClientFile__Output)[];
  /**
   * Rows of the result table that the client wants at most; 0: the default (1000).
   */
  'rowLimit': (number);
  /**
   * The session whose tables and settings the run shares; empty: a scope of its own.
   */
  'sessionId': (string);
  /**
   * Who submits, as he calls himself; for lists.
   */
  'user': (string);
  /**
   * The folder on the client's machine that relative names in the script start from, for the client's own later use
   * (Run.base_dir); may be empty.
   */
  'baseDir': (string);
}
