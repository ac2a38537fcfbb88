// The programs' own log: JSON lines on stderr (or a file) through pino. What users' scripts print never goes here.
import { type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger };

/**
 * A root logger. Messages are constant; facts are fields (`jobId`, `attempt`, `executor`).
 * @param component - coordinator, executor, sql, cli
 * @param level - fatal, error, warn, info, debug, trace or silent; default info, or MLSQL_LOG_LEVEL
 */
export function createLogger(
  component: string,
  level: string = process.env.MLSQL_LOG_LEVEL ?? 'info',
): Logger {
  const options: LoggerOptions = {
    base: { component, pid: process.pid },
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}
