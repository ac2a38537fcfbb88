// Named limits of the executor. Units stand last in the name.

/** Downloads into the cache at once. */
export const DOWNLOADS_MAX = 8;
/** A large content is fetched from a network in ranges of this size, */
export const RANGE_BYTES = 16 * 1024 * 1024;
/** so many at once. */
export const RANGES_MAX = 4;
/** Files copied out of the cache at once. */
export const COPIES_MAX = 8;
/** Files of models and logs brought to the store at once. */
export const UPLOADS_MAX = 8;
/** How long a store that does not answer is asked for what an attempt needs; then another executor may have it nearer. */
export const SYNC_DEADLINE_MS = 60_000;
/** How long it is asked to take what a script has trained: hours of work may lie there. */
export const RESULT_DEADLINE_MS = 600_000;
/** How long it is asked to take the log of an attempt that was stopped. */
export const STOPPED_LOG_DEADLINE_MS = 3_000;
/** Files up to this size are uploaded from memory in one piece. */
export const UPLOAD_BUFFER_MAX_BYTES = 1024 * 1024;
/** Default of MLSQL_CACHE_BYTES. */
export const CACHE_DEFAULT_BYTES = 20 * 1024 ** 3;
/** Default of MLSQL_ORPHAN_GRACE. */
export const ORPHAN_GRACE_DEFAULT_MS = 24 * 3_600_000;
/** Contents the cache holds at most, whatever their size: each costs an inode. */
export const CACHE_ENTRIES_MAX = 200_000;
/** Contents named in one Hello. */
export const HELLO_BLOBS_MAX = 100_000;
/** Hello waits no longer than this for the interpreter's version and the list of cached contents. */
export const HELLO_PATIENCE_MS = 250;
/** Welcome has to follow Hello within this time, or the stream is given up. */
export const WELCOME_TIMEOUT_MS = 10_000;
/** A stream that held this long was a good one: the next interruption is the first. */
export const STREAM_SETTLED_MS = 10_000;
/** Heartbeats where the coordinator names no interval. */
export const HEARTBEAT_DEFAULT_MS = 3000;
/** Largest file that a report of the Python side is taken from; they have some kilobytes. */
export const REPORT_MAX_BYTES = 16 * 1024 * 1024;
/** Bytes read from output.log in one step. */
export const LOG_READ_BYTES = 64 * 1024;
/** A log line waits at most this long for company. */
export const LOG_FLUSH_MS = 50;
/** Log lines that the coordinator did not acknowledge for this long are sent again. */
export const LOG_RESEND_MS = 10_000;
/** News of an attempt (phases, score, progress, metrics) are gathered for this long. */
export const UPDATE_GATHER_MS = 100;
/** What is held of a finished attempt whose result was taken, but not yet all of its log. */
export const RESULT_LINGER_MS = 30_000;
/** All output of one attempt, beyond it the shim drops. */
export const LOG_MAX_BYTES = 1024 ** 3;
/** Between SIGTERM and SIGKILL where the task names nothing. */
export const GRACE_DEFAULT_MS = 10_000;
/** Longest path that the kernel takes for a Unix socket, with room for its final zero. */
export const SOCKET_PATH_MAX_BYTES = 100;
/** Calls that one function worker holds at once: one in work, one at hand. */
export const WORKER_CALLS_MAX = 2;
/** A function's workers end after this long without a call. */
export const WORKER_IDLE_MS = 5 * 60_000;
/** A worker busy this long with a call that nobody waits for any more is replaced. */
export const WORKER_CANCEL_PATIENCE_MS = 5000;
/** Kept of a function worker's own output, for error messages. */
export const WORKER_OUTPUT_MAX_BYTES = 16 * 1024;
/** What the coordinator may send ahead of us: a few batches of function calls, without waiting for a word in between. */
export const FLOW_CONTROL_WINDOW_BYTES = 2 * 1024 * 1024;
