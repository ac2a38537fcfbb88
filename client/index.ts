// The client library: everything that the command line does, for programs.
export { type EmbeddedCluster, type EmbeddedOptions, startEmbedded } from './embedded/start-embedded.js';
export type { LocalFile, LocalTree, NamedFile } from './library/client-files.js';
export type { ConnectOptions } from './library/connection.js';
export {
  type DoneEvent,
  type ErrorEvent,
  eventLine,
  type GroupEvent,
  type JobEvent,
  type JobState,
  type JobSummary,
  type LogEvent,
  type Row,
  type RunEvent,
  type StatementEvent,
  type StatementState,
  type TableEvent,
  type WarningEvent,
} from './library/events.js';
export type { FollowOptions } from './library/follow.js';
export {
  connect,
  type LogLine,
  type LogOptions,
  MlsqlClient,
  type StartedRun,
  type SubmitOptions,
  type SubmittedRun,
} from './library/mlsql-client.js';
export { readScriptFiles, type ScriptFilesOptions } from './library/script-files.js';
export type { StoreFiles } from './library/store-files.js';
export type {
  ExecutorView,
  FileView,
  FunctionView,
  GroupView,
  JobDetails,
  JobView,
  ModelGroupView,
  ModelVersionView,
  RunView,
} from './library/views.js';
