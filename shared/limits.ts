// Named limits of messages, queues and names. Units stand last in the name.

/** Largest gRPC message either way. Larger things travel as streams of chunks or through the store. */
export const GRPC_MESSAGE_MAX_BYTES = 64 * 1024 * 1024;
/** Largest frame of function calls that is taken, from workers and from executors. */
export const FRAME_MAX_BYTES = 256 * 1024 * 1024;
/** Chunk of an upload or download over gRPC. */
export const FILE_CHUNK_BYTES = 1024 * 1024;
/** Longest log line kept; the rest of a longer one is cut off and counted. */
export const LOG_LINE_MAX_BYTES = 64 * 1024;
/** Log lines and bytes in one batch. */
export const LOG_BATCH_MAX_LINES = 4000;
export const LOG_BATCH_MAX_BYTES = 256 * 1024;
/** Longest store path and segment, UTF-8. */
export const PATH_MAX_BYTES = 1024;
export const PATH_SEGMENT_MAX_BYTES = 255;
/** Rows of a result table on a terminal, and otherwise. */
export const ROWS_TERMINAL_DEFAULT = 20;
export const ROWS_DEFAULT = 1000;
/** Bytes of written data per partition where the user names no number. */
export const PARTITION_TARGET_BYTES = 32 * 1024 * 1024;
/** Longest script text. */
export const SCRIPT_MAX_BYTES = 16 * 1024 * 1024;
