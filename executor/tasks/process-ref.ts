// A process by pid and start time, so that a reused pid is never taken for it.
import { readFileSync } from 'node:fs';

/** startTicks is field 22 of /proc/PID/stat; 0 where it is not known. */
export interface ProcessRef {
  readonly pid: number;
  readonly startTicks: number;
}

/** Whether this very process still runs; a zombie does not. */
export function isRunning(process: ProcessRef): boolean {
  const stat = readStat(process.pid);
  if (stat === undefined) return false;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] !== 'Z' && (process.startTicks === 0 || Number(fields[19]) === process.startTicks);
}

/** Sends a signal to this very process. False: it has ended. */
export function signalProcess(target: ProcessRef, signal: NodeJS.Signals): boolean {
  if (!isRunning(target)) return false;
  try {
    return process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
}
