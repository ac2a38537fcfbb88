// cluster.json in a home: where its running cluster is reached, and which processes it is made of.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Home } from './home.js';

export interface ClusterRecord {
  /** gRPC, HOST:PORT. */
  readonly address: string;
  /** Console and HTTP, HOST:PORT; empty until the coordinator is ready. */
  readonly httpAddress: string;
  /** The process that started the cluster and holds the home. */
  readonly pid: number;
  readonly coordinatorPid: number;
  /** Tells the coordinator from another process that got its number later. */
  readonly coordinatorStart: string;
  /** Milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** What a record's fields are; checked by hand, since a schema library would be the slowest part of `mlsql up`. */
const FIELDS: Readonly<Record<keyof ClusterRecord, 'string' | 'number'>> = {
  address: 'string',
  httpAddress: 'string',
  pid: 'number',
  coordinatorPid: 'number',
  coordinatorStart: 'string',
  startTimeMs: 'number',
};

/** Readers see the whole record or the one before. */
export function writeClusterFile(home: Home, record: ClusterRecord): void {
  const partial = `${home.clusterFile}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(partial, home.clusterFile);
}

/** The record, or undefined where there is none that makes sense. */
export function readClusterFile(home: Home): ClusterRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(home.clusterFile, 'utf8')) as Record<string, unknown>;
    const whole = Object.entries(FIELDS).every(([name, type]) => typeof record[name] === type);
    return whole ? (record as unknown as ClusterRecord) : undefined;
  } catch {
    return undefined;
  }
}

export function removeClusterFile(home: Home): void {
  rmSync(home.clusterFile, { force: true });
}

/** The start of a process in the kernel's clock; empty where there is no such process, or no /proc to ask. */
export function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** True while the coordinator of the record runs. */
export function coordinatorRuns(record: ClusterRecord): boolean {
  return record.coordinatorStart !== '' && processStart(record.coordinatorPid) === record.coordinatorStart;
}
