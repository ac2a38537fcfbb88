// Original file: proto/mlsql/v1/executors.proto

import type { InputFile as _mlsql_v1_InputFile, InputFile__Output as _mlsql_v1_InputFile__Output } from '../../mlsql/v1/InputFile.js';
import type { Resource as _mlsql_v1_Resource, Resource__Output as _mlsql_v1_Resource__Output } from '../../mlsql/v1/Resource.js';
import type { RowTopic as _mlsql_v1_RowTopic, RowTopic__Output as _mlsql_v1_RowTopic__Output } from '../../mlsql/v1/RowTopic.js';
import type { Long } from '@grpc/proto-loader';

/**
 * Everything an executor needs to run one attempt.
 */
export interface TaskSpec {
  /**
   * The project: its files with paths relative to the project folder; empty for a built-in trainer.
   */
  'project'?: (_mlsql_v1_InputFile)[];
  /**
   * The script to run, relative to the project folder.
   */
  'script'?: (string);
  /**
   * The command of an MLproject entry point, where there is one; `python` in it means the interpreter.
   */
  'command'?: (string);
  /**
   * Name of a built-in scikit-learn trainer, instead of a script.
   */
  'builtinAlg'?: (string);
  /**
   * The data's partitions, in order.
   */
  'data'?: (_mlsql_v1_InputFile)[];
  /**
   * json, csv, parquet.
   */
  'dataFormat'?: (string);
  /**
   * True: on local disk (enableDataLocal); false: streamed to mlsql.read_data().
   */
  'dataLocal'?: (boolean);
  /**
   * The validate table's partitions, JSON lines.
   */
  'validate'?: (_mlsql_v1_InputFile)[];
  'fitParam'?: ({[key: string]: string});
  'kafkaParam'?: ({[key: string]: string});
  'systemParam'?: ({[key: string]: string});
  'resources'?: (_mlsql_v1_Resource)[];
  /**
   * The interpreter as the user wrote it; empty: the default.
   */
  'pythonPath'?: (string);
  'pythonParams'?: (string)[];
  /**
   * The version he expects; empty: any.
   */
  'pythonVersion'?: (string);
  'envs'?: ({[key: string]: string});
  'cpus'?: (number | string);
  /**
   * 0: no limit of its own.
   */
  'memoryBytes'?: (number | string | Long);
  'gpus'?: (number);
  /**
   * 0: none.
   */
  'timeoutMs'?: (number | string | Long);
  /**
   * Between SIGTERM and SIGKILL.
   */
  'graceMs'?: (number | string | Long);
  /**
   * Where the attempt uploads its model: <prefix>/model/….
   */
  'stagingPrefix'?: (string);
  /**
   * True: the attempt's folder is kept for a look.
   */
  'keepLocalDirectory'?: (boolean);
  /**
   * Name for log lines and folders, for example "train.py".
   */
  'scriptName'?: (string);
  /**
   * The train's whole options, as they were written.
   */
  'trainParams'?: ({[key: string]: string});
  /**
   * Packages that the project's conda.yaml names; those the interpreter lacks are a warning.
   */
  'expectedPackages'?: (string)[];
  /**
   * Names of the data's columns, in order: csv parts have no header.
   */
  'dataColumns'?: (string)[];
  /**
   * How long the script may print nothing; 0: as long as it likes.
   */
  'idleTimeoutMs'?: (number | string | Long);
  /**
   * Where the group's attempts keep checkpoints: <prefix>/set.json names the files of the newest set. Empty: nowhere.
   */
  'checkpointPrefix'?: (string);
  /**
   * Where the rows of data come from, where they go through the user's Kafka; absent: from the store.
   */
  'rowTopic'?: (_mlsql_v1_RowTopic | null);
}

/**
 * Everything an executor needs to run one attempt.
 */
export interface TaskSpec__Output {
  /**
   * The project: its files with paths relative to the project folder; empty for a built-in trainer.
   */
  'project': (_mlsql_v1_InputFile__Output)[];
  /**
   * The script to run, relative to the project folder.
   */
  'script': (string);
  /**
   * The command of an MLproject entry point, where there is one; `python` in it means the interpreter.
   */
  'command': (string);
  /**
   * Name of a built-in scikit-learn trainer, instead of a script.
   */
  'builtinAlg': (string);
  /**
   * The data's partitions, in order.
   */
  'data': (_mlsql_v1_InputFile__Output)[];
  /**
   * json, csv, parquet.
   */
  'dataFormat': (string);
  /**
   * True: on local disk (enableDataLocal); false: streamed to mlsql.read_data().
   */
  'dataLocal': (boolean);
  /**
   * The validate table's partitions, JSON lines.
   */
  'validate': (_mlsql_v1_InputFile__Output)[];
  'fitParam': ({[key: string]: string});
  'kafkaParam': ({[key: string]: string});
  'systemParam': ({[key: string]: string});
  'resources': (_mlsql_v1_Resource__Output)[];
  /**
   * The interpreter as the user wrote it; empty: the default.
   */
  'pythonPath': (string);
  'pythonParams': (string)[];
  /**
   * The version he expects; empty: any.
   */
  'pythonVersion': (string);
  'envs': ({[key: string]: string});
  'cpus': (number);
  /**
   * 0: no limit of its own.
   */
  'memoryBytes': (number);
  'gpus': (number);
  /**
   * 0: none.
   */
  'timeoutMs': (number);
  /**
   * Between SIGTERM and SIGKILL.
   */
  'graceMs': (number);
  /**
   * Where the attempt uploads its model: <prefix>/model/….
   */
  'stagingPrefix': (string);
  /**
   * True: the attempt's folder is kept for a look.
   */
  'keepLocalDirectory': (boolean);
  /**
   * Name for log lines and folders, for example "train.py".
   */
  'scriptName': (string);
  /**
   * The train's whole options, as they were written.
   */
  'trainParams': ({[key: string]: string});
  /**
   * Packages that the project's conda.yaml names; those the interpreter lacks are a warning.
   */
  'expectedPackages': (string)[];
  /**
   * Names of the data's columns, in order: csv parts have no header.
   */
  'dataColumns': (string)[];
  /**
   * How long the script may print nothing; 0: as long as it likes.
   */
  'idleTimeoutMs': (number);
  /**
   * Where the group's attempts keep checkpoints: <prefix>/set.json names the files of the newest set. Empty: nowhere.
   */
  'checkpointPrefix': (string);
  /**
   * Where the rows of data come from, where they go through the user's Kafka; absent: from the store.
   */
  'rowTopic': (_mlsql_v1_RowTopic__Output | null);
}
