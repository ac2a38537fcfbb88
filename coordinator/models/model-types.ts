// What is known of models: of a train before it ends, of a version that lies in the store, of a model chosen to serve.
import type { JobId } from '../../shared/ids.js';

export type Params = Readonly<Record<string, string>>;

/** A file of a model, by its place below the group's model folder. */
export interface ManifestFile {
  /** Forward slashes, no leading one. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** A file that lies in the store and is read at `path` by whoever gets it. */
export interface StoredFile extends ManifestFile {
  readonly key: string;
  readonly executable: boolean;
}

/** A resource: a folder of these files, or one file whose path is its base name. */
export interface StoredResource {
  readonly name: string;
  readonly folder: boolean;
  readonly files: readonly StoredFile[];
}

/** What a train or predict runs. One of script, command and builtinAlg is not empty. */
export interface StoredProject {
  readonly files: readonly StoredFile[];
  /** Relative to the project's folder. */
  readonly script: string;
  /** Command of an MLproject's entry point. */
  readonly command: string;
  /** Name of a built-in trainer. */
  readonly builtinAlg: string;
}

/** One group as it was planned. */
export interface TrainGroup {
  readonly algIndex: number;
  /** Column alg of meta/0: what trained it. */
  readonly alg: string;
  readonly fitParam: Params;
  readonly resources: readonly StoredResource[];
}

/** Everything about a train that is known before it starts and kept with its result. */
export interface TrainDescription {
  readonly systemParam: Params;
  /** All options of the statement. */
  readonly trainParams: Params;
  /** SHA-256 by what was hashed: `script/train.py`, `data/part-00000-….json`, … */
  readonly hashes: Params;
  readonly project: StoredProject;
  readonly groups: readonly TrainGroup[];
  /** Of the train as a whole; absent: none. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
}

/** Where the model of a group lies that a train takes over from an earlier one. */
export interface KeptModel {
  readonly algIndex: number;
  /** The job that trained it. */
  readonly jobId: JobId;
  /** Of the version or generation that holds it. */
  readonly folder: string;
  /** The attempt in whose staging place it lies, where that version was never published; absent: it was. */
  readonly stagedAttempt?: number;
}

/** Where a train's result goes, and what goes there. Plain data: it is kept with the job's record. */
export interface ModelTarget {
  readonly jobId: JobId;
  /** Key of the train's path. */
  readonly path: string;
  /** `<path>/_model_N`, or `<path>/_gen/<jobId>` where the path itself is replaced. */
  readonly folder: string;
  /** N; absent where the path itself is replaced. */
  readonly version?: number;
  readonly train: TrainDescription;
  /** Groups whose models are copied from earlier trains; absent: none. */
  readonly kept?: readonly KeptModel[];
}

export type GroupStatus = 'success' | 'fail' | 'cancelled';

/** A row of meta/0; the names are its columns'. */
export interface GroupMeta {
  /** Relative to the folder that holds meta/; what the original wrote is absolute. */
  readonly modelPath: string;
  readonly algIndex: number;
  readonly alg: string;
  /** Null where there is none. Files of others may hold NaN or infinities here. */
  readonly score: number | null;
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime: number;
  /** The group's own fitParam. */
  readonly trainParams: Params;
  readonly message: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly executor: string;
  /** Null where the original wrote the row: it kept no manifest. */
  readonly files: readonly ManifestFile[] | null;
}

/** A file named in meta/1, by its place below the version's folder. */
export interface KeptFile extends ManifestFile {
  readonly executable: boolean;
}

export interface KeptResource {
  readonly algIndex: number;
  readonly name: string;
  readonly folder: boolean;
  readonly files: readonly KeptFile[];
}

/** The row of meta/1. What the original wrote has only the first two. */
export interface TrainMeta {
  readonly systemParam: Params;
  readonly trainParams: Params;
  /** Executable, version and platform of the interpreter that trained. */
  readonly interpreter: Params;
  /** Of this product and of the packages that the script could import. */
  readonly versions: Params;
  readonly hashes: Params;
  readonly jobId: string;
  readonly script: string;
  readonly command: string;
  readonly builtinAlg: string;
  readonly project: readonly KeptFile[];
  readonly resources: readonly KeptResource[];
  readonly warnings: readonly {
    readonly algIndex: number;
    readonly code: string;
    readonly message: string;
  }[];
}

/** A version as a reader finds it: whole, or not at all. */
export interface ModelVersion {
  /** Key of the path that was asked for. */
  readonly path: string;
  /** Absent: the path itself. */
  readonly version?: number;
  /** Where model/, resource/ and meta/1 lie: `<path>/_model_N`, `<path>/_gen/<id>`, or the path itself. */
  readonly folder: string;
  /** By algIndex. */
  readonly groups: readonly GroupMeta[];
  /** Earliest start and latest end of its groups. */
  readonly startTime: number;
  readonly endTime: number;
}

/** A model chosen to serve, with everything that a function worker needs of it. Plain data. */
export interface RegisteredModel {
  readonly path: string;
  readonly version?: number;
  readonly folder: string;
  readonly algIndex: number;
  readonly alg: string;
  readonly score: number | null;
  readonly files: readonly StoredFile[];
  readonly resources: readonly StoredResource[];
  readonly systemParam: Params;
  /** The train's whole options. */
  readonly trainParams: Params;
  /** The group's own. */
  readonly fitParam: Params;
  /** As it really was in training; empty where the original trained. */
  readonly interpreter: Params;
  /** Absent where the original trained. */
  readonly project?: StoredProject;
}
