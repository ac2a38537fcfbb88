// The client library: connects to a coordinator, submits scripts with the files they name, follows what becomes of them.
import { userInfo } from 'node:os';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { ClientFile } from '../../shared/rpc/gen/mlsql/v1/ClientFile.js';
import type { GetJobRequest } from '../../shared/rpc/gen/mlsql/v1/GetJobRequest.js';
import type { Job__Output } from '../../shared/rpc/gen/mlsql/v1/Job.js';
import type { ListExecutorsResponse__Output } from '../../shared/rpc/gen/mlsql/v1/ListExecutorsResponse.js';
import type { ListFunctionsResponse__Output } from '../../shared/rpc/gen/mlsql/v1/ListFunctionsResponse.js';
import type { ListJobsResponse__Output } from '../../shared/rpc/gen/mlsql/v1/ListJobsResponse.js';
import type { ListModelsResponse__Output } from '../../shared/rpc/gen/mlsql/v1/ListModelsResponse.js';
import type { ListRunsResponse__Output } from '../../shared/rpc/gen/mlsql/v1/ListRunsResponse.js';
import type { LogChunk__Output } from '../../shared/rpc/gen/mlsql/v1/LogChunk.js';
import type { ModelVersion__Output } from '../../shared/rpc/gen/mlsql/v1/ModelVersion.js';
import type { OpenSessionResponse__Output } from '../../shared/rpc/gen/mlsql/v1/OpenSessionResponse.js';
import type { RetryJobResponse__Output } from '../../shared/rpc/gen/mlsql/v1/RetryJobResponse.js';
import type { Run__Output } from '../../shared/rpc/gen/mlsql/v1/Run.js';
import type { SubmitRunResponse__Output } from '../../shared/rpc/gen/mlsql/v1/SubmitRunResponse.js';
import { type LocalTree, readClientFiles } from './client-files.js';
import { Connection, type ConnectOptions } from './connection.js';
import type { RunEvent } from './events.js';
import { type FollowOptions, followRun } from './follow.js';
import { explainLocalPath } from './local-path.js';
import { readScriptFiles } from './script-files.js';
import { StoreFiles } from './store-files.js';
import { uploadMissing } from './upload.js';
import {
  type ExecutorView,
  executorView,
  type FunctionView,
  functionView,
  type JobDetails,
  type JobView,
  jobDetails,
  jobView,
  type ModelVersionView,
  modelVersionView,
  type RunView,
  runView,
} from './views.js';

/** The listing default of every list: newest first, at most so many. */
const LIST_DEFAULT = 100;

export interface SubmitOptions {
  /** A name for the run; the same name with the same text attaches or goes on. Default: the coordinator chooses. */
  readonly runId?: string;
  /** The script's file name, for messages. */
  readonly scriptName?: string;
  /** The folder that relative names in the script start from; default the working folder. */
  readonly baseDir?: string;
  /** Variables that win over the script's own `set` statements. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Rows of the result table at most; default 1,000. */
  readonly limit?: number;
  /** The session whose tables and variables the run shares; default: a scope of its own. */
  readonly sessionId?: string;
  /** What ran before in the session: its `set` statements tell what names in the script mean. */
  readonly sessionScript?: string;
  /** The script's files where they were read already (readScriptFiles); default: they are read now. */
  readonly files?: readonly LocalTree[];
  /** Who submits, for lists; default the operating system's user. */
  readonly user?: string;
}

export interface SubmittedRun {
  readonly runId: string;
  /** True: a run of this id and text was there already, nothing new was started. */
  readonly attached: boolean;
}

export interface StartedRun extends SubmittedRun {
  /** The run's events from its start; the last is `done`. */
  events(options?: FollowOptions): AsyncIterable<RunEvent>;
}

export interface RetryOptions {
  /** True: the client's files that the train named are read anew. Default: everything as it was then. */
  readonly update?: boolean;
  /** The folder that relative names start from; default that of the job's run, else the working folder. */
  readonly baseDir?: string;
  /** Rows of the result table at most; default 1,000. */
  readonly limit?: number;
  /** Who submits, for lists; default the operating system's user. */
  readonly user?: string;
}

export interface LogOptions {
  /** Only this group; default all. */
  readonly algIndex?: number;
  /** Default: each group's last attempt. */
  readonly attempt?: number;
  /** Only the last so many lines of each group; default all. */
  readonly tail?: number;
  /** Goes on until the job has ended. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

export interface LogLine {
  readonly algIndex: number;
  readonly attempt: number;
  /** Gap-free from 1 within the attempt. */
  readonly seq: number;
  readonly line: string;
}

/** Every method fails with an MlsqlError: the coordinator's own, or MLSQL_CLUSTER_UNREACHABLE. */
export class MlsqlClient {
  readonly #connection: Connection;
  /** The cluster's object store. */
  readonly fs: StoreFiles;

  constructor(options: ConnectOptions) {
    this.#connection = new Connection(options);
    this.fs = new StoreFiles(this.#connection);
  }

  /**
   * Submits a script with the files it names, and gives a handle to its events.
   * @throws MlsqlError MLSQL_SCRIPT_SYNTAX and MLSQL_SCRIPT_FILE_MISSING before anything is sent
   */
  async runScript(text: string, options: SubmitOptions = {}): Promise<StartedRun> {
    const submitted = await this.submit(text, options);
    return { ...submitted, events: (followOptions) => this.follow(submitted.runId, followOptions) };
  }

  /** Submits a script with the files it names. The answer is the acknowledgement: from then on the run ends exactly once. */
  async submit(text: string, options: SubmitOptions = {}): Promise<SubmittedRun> {
    const {
      runId = '',
      scriptName = '',
      settings = {},
      limit = 0,
      sessionId = '',
      user = currentUser(),
      baseDir = process.cwd(),
    } = options;
    const trees = options.files ?? (await readScriptFiles(text, { ...options, baseDir }));
    const request = {
      runId,
      script: text,
      scriptName,
      settings,
      clientFiles: await this.#offer(trees),
      rowLimit: limit,
      sessionId,
      user,
      baseDir,
    };
    return this.#connection.unary<SubmitRunResponse__Output>((...call) =>
      this.#connection.runs.submitRun(request, ...call),
    );
  }

  /** A run's events from its start, across broken connections; the last is `done`. */
  async *follow(runId: string, options: FollowOptions = {}): AsyncIterable<RunEvent> {
    for await (const event of followRun(this.#connection, runId, options)) yield explainLocalPath(event);
  }

  /** Cancels a run's work: the running statement and its jobs. */
  async cancel(runId: string): Promise<void> {
    await this.#connection.unary((...call) => this.#connection.runs.cancelRun({ runId }, ...call));
  }

  readonly runs = {
    list: async (limit: number = LIST_DEFAULT): Promise<RunView[]> => {
      const { runs } = await this.#connection.unary<ListRunsResponse__Output>((...call) =>
        this.#connection.runs.listRuns({ limit }, ...call),
      );
      return runs.map(runView);
    },
    get: async (runId: string): Promise<RunView> => {
      return runView(
        await this.#connection.unary<Run__Output>((...call) =>
          this.#connection.runs.getRun({ runId }, ...call),
        ),
      );
    },
  };

  readonly jobs = {
    list: async (limit: number = LIST_DEFAULT): Promise<JobView[]> => {
      const { jobs } = await this.#connection.unary<ListJobsResponse__Output>((...call) =>
        this.#connection.jobs.listJobs({ limit }, ...call),
      );
      return jobs.map(jobView);
    },
    get: async (jobId: string): Promise<JobDetails> => {
      const request: GetJobRequest = { jobId };
      return jobDetails(
        await this.#connection.unary<Job__Output>((...call) =>
          this.#connection.jobs.getJob(request, ...call),
        ),
      );
    },
    cancel: async (jobId: string): Promise<void> => {
      await this.#connection.unary((...call) => this.#connection.jobs.cancelJob({ jobId }, ...call));
    },
    /** Starts a run that trains the groups of an ended job which have no accepted result, and keeps the others' models. */
    retry: (jobId: string, options: RetryOptions = {}): Promise<SubmittedRun> => this.#retry(jobId, options),
    logs: (jobId: string, options: LogOptions = {}): AsyncIterable<LogLine> => this.#logs(jobId, options),
  };

  readonly executors = {
    list: async (): Promise<ExecutorView[]> => {
      const { executors } = await this.#connection.unary<ListExecutorsResponse__Output>((...call) =>
        this.#connection.executors.listExecutors({}, ...call),
      );
      return executors.map(executorView);
    },
    /** Gives an executor nothing new; it leaves when its work has ended, or at the deadline. 0: no deadline. */
    drain: async (name: string, deadlineMs: number = 0): Promise<void> => {
      await this.#connection.unary((...call) =>
        this.#connection.executors.drainExecutor({ name, deadlineMs }, ...call),
      );
    },
  };

  readonly functions = {
    list: async (): Promise<FunctionView[]> => {
      const { functions } = await this.#connection.unary<ListFunctionsResponse__Output>((...call) =>
        this.#connection.functions.listFunctions({}, ...call),
      );
      return functions.map(functionView);
    },
  };

  readonly models = {
    /** A path's versions, newest first. */
    list: async (path: string): Promise<ModelVersionView[]> => {
      const { versions } = await this.#connection.unary<ListModelsResponse__Output>((...call) =>
        this.#connection.functions.listModels({ path }, ...call),
      );
      return versions.map(modelVersionView);
    },
    /** One version; default the newest with a success. */
    get: async (path: string, version?: number): Promise<ModelVersionView> => {
      const request = { path, ...(version !== undefined && { version }) };
      return modelVersionView(
        await this.#connection.unary<ModelVersion__Output>((...call) =>
          this.#connection.functions.getModel(request, ...call),
        ),
      );
    },
  };

  /** Opens a scope of tables and variables that several runs share. */
  async openSession(): Promise<string> {
    const { sessionId } = await this.#connection.unary<OpenSessionResponse__Output>((...call) =>
      this.#connection.runs.openSession({}, ...call),
    );
    return sessionId;
  }

  async closeSession(sessionId: string): Promise<void> {
    await this.#connection.unary((...call) => this.#connection.runs.closeSession({ sessionId }, ...call));
  }

  /** Closes the connection. Runs go on. */
  close(): void {
    this.#connection.close();
  }

  async #retry(jobId: string, options: RetryOptions): Promise<SubmittedRun> {
    const { update = false, limit = 0, user = currentUser() } = options;
    const baseDir = options.baseDir ?? (update ? await this.#baseDirOf(jobId) : '');
    const trees = update ? await this.#changedFiles(jobId, baseDir) : [];
    const clientFiles = await this.#offer(trees);
    const request = { jobId, clientFiles, baseDir, rowLimit: limit, user };
    const { runId } = await this.#connection.unary<RetryJobResponse__Output>((...call) =>
      this.#connection.jobs.retryJob(request, ...call),
    );
    return { runId, attached: false };
  }

  /** The files that the job's train named, as they are now. */
  async #changedFiles(jobId: string, baseDir: string): Promise<LocalTree[]> {
    const { clientFiles } = await this.jobs.get(jobId);
    if (clientFiles.length === 0) {
      throw new MlsqlError(
        'MLSQL_USAGE_INVALID',
        `the train of job ${jobId} names no files of this machine`,
        {
          hint: 'retry it without --update',
        },
      );
    }
    return readClientFiles(
      clientFiles.map((name) => ({ name })),
      baseDir,
    );
  }

  async #baseDirOf(jobId: string): Promise<string> {
    const { runId } = await this.jobs.get(jobId);
    try {
      return (await this.runs.get(runId)).baseDir ?? process.cwd();
    } catch (error) {
      if (!isMlsqlError(error, 'MLSQL_RUN_UNKNOWN')) throw error;
      return process.cwd();
    }
  }

  /** Brings what the cluster lacks, and gives what a request says of the files. */
  async #offer(trees: readonly LocalTree[]): Promise<ClientFile[]> {
    await uploadMissing(this.#connection, trees);
    return trees.map(({ name, folder, files }) => ({
      name,
      folder,
      files: files.map(({ path, sha256, sizeBytes, executable }) => ({
        path,
        sha256,
        size: sizeBytes,
        executable,
      })),
    }));
  }

  async *#logs(jobId: string, options: LogOptions): AsyncGenerator<LogLine> {
    const { algIndex, attempt, tail = 0, follow = false, signal } = options;
    const request = {
      jobId,
      tail,
      follow,
      ...(algIndex !== undefined && { algIndex }),
      ...(attempt !== undefined && { attempt }),
    };
    for await (const chunk of this.#connection.stream<LogChunk__Output>(
      (metadata) => this.#connection.jobs.readLogs(request, metadata),
      signal,
    )) {
      for (const [offset, line] of chunk.lines.entries()) {
        yield { algIndex: chunk.algIndex, attempt: chunk.attempt, seq: chunk.firstSeq + offset, line };
      }
    }
  }
}

/**
 * Connects to a coordinator and makes sure that it answers and takes the token.
 * @throws MlsqlError MLSQL_CLUSTER_UNREACHABLE or MLSQL_CLUSTER_UNAUTHENTICATED
 */
export async function connect(options: ConnectOptions): Promise<MlsqlClient> {
  const client = new MlsqlClient(options);
  try {
    await client.runs.list(1);
    return client;
  } catch (error) {
    client.close();
    if (!isMlsqlError(error, 'MLSQL_CLUSTER_UNREACHABLE')) throw error;
    const { hint } = error.details;
    throw new MlsqlError('MLSQL_CLUSTER_UNREACHABLE', `no coordinator answers at ${options.address}`, {
      ...(hint !== undefined && { hint }),
      cause: error,
    });
  }
}

function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return process.env.USER ?? String(process.getuid?.() ?? '');
  }
}
