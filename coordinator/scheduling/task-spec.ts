// Everything an executor needs to run one attempt of a group. The machine carries it without reading it.

/** An object of the store that an attempt reads. */
export interface TaskInputFile {
  /** Where it shall lie, relative, forward slashes. */
  readonly path: string;
  /** Key in the store. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly executable: boolean;
}

/** `fitParam.N.resource.NAME`. */
export interface TaskResource {
  readonly name: string;
  /** True: a folder of these files; false: one file, whose path is its base name. */
  readonly folder: boolean;
  readonly files: readonly TaskInputFile[];
}

/** A topic on the user's Kafka that holds all rows of the train's data. */
export interface TaskRowTopic {
  readonly name: string;
  readonly partitions: number;
  /** Of each of the group's data files, which partition of the train's whole data it is. */
  readonly parts: readonly number[];
}

/** One group's work. What differs from attempt to attempt (number, staging place) is not in it. */
export interface TaskSpec {
  /** The project's files; none for a built-in trainer. */
  readonly project: readonly TaskInputFile[];
  /** The script, relative to the project folder; empty with command or builtinAlg. */
  readonly script: string;
  /** The command of an MLproject entry point; empty where there is none. */
  readonly command: string;
  /** Name of a built-in trainer; empty where a script runs. */
  readonly builtinAlg: string;
  /** The data's partitions, in order. */
  readonly data: readonly TaskInputFile[];
  /** Names of the data's columns, in order: csv parts have no header. */
  readonly dataColumns: readonly string[];
  readonly dataFormat: 'json' | 'csv' | 'parquet';
  /** True: on the executor's disk; false: streamed to mlsql.read_data(). */
  readonly dataLocal: boolean;
  /** The validate table's partitions, JSON lines. */
  readonly validate: readonly TaskInputFile[];
  readonly fitParam: Readonly<Record<string, string>>;
  readonly kafkaParam: Readonly<Record<string, string>>;
  readonly systemParam: Readonly<Record<string, string>>;
  readonly resources: readonly TaskResource[];
  /** As the user wrote it; empty: the default interpreter. */
  readonly pythonPath: string;
  readonly pythonParams: readonly string[];
  /** The version the user expects; empty: any. */
  readonly pythonVersion: string;
  readonly envs: Readonly<Record<string, string>>;
  /** Default 1. */
  readonly cpus: number;
  /** 0: no limit of its own. */
  readonly memoryBytes: number;
  readonly gpus: number;
  /** 0: none. */
  readonly timeoutMs: number;
  /** How long the script may print nothing; 0: as long as it likes. */
  readonly idleTimeoutMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** True: the attempt's folder is kept for a look. */
  readonly keepLocalDirectory: boolean;
  /** For log lines and folders, for example "train.py". */
  readonly scriptName: string;
  /** The train's whole options, as they were written. */
  readonly trainParams: Readonly<Record<string, string>>;
  /** Packages that the project's conda.yaml names: those the interpreter lacks are a warning. */
  readonly expectedPackages: readonly string[];
  /** Where streamed rows come from; absent: from the store. */
  readonly rowTopic?: TaskRowTopic;
}
