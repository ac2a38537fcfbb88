// What the Python side leaves behind in an attempt's folder, read with distrust: a script can write there too.
import type { AttemptWarning } from '../../shared/rpc/gen/mlsql/v1/AttemptWarning.js';
import { type AttemptFolder, readJson } from './attempt-folder.js';

/** exit.json: how the attempt ended. */
export interface ExitReport {
  /** exit, signal, memory, disk, timeout, environment, internal, or what stop.json named. */
  readonly cause: string;
  readonly exitCode: number | undefined;
  readonly signal: string;
  readonly peakMemoryBytes: number;
  readonly message: string;
}

/** error.json: what the script raised. */
export interface ErrorReport {
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
  readonly retryable: boolean;
  /** Code of the registry, where the Python side names one; empty otherwise. */
  readonly code: string;
}

/** info.json: the interpreter as it really was. */
export interface InfoReport {
  readonly interpreter: Record<string, string>;
  readonly warnings: AttemptWarning[];
}

/** Undefined while there is no exit.json. */
export function readExit(folder: AttemptFolder): ExitReport | undefined {
  const raw = asRecord(readJson(folder.exit));
  if (raw === undefined) return undefined;
  return {
    cause: text(raw.cause),
    exitCode: typeof raw.exitCode === 'number' ? raw.exitCode : undefined,
    signal: text(raw.signal),
    peakMemoryBytes: Math.max(0, Math.round(number(raw.peakMemoryBytes))),
    message: text(raw.message),
  };
}

/** Undefined where the script raised nothing. */
export function readError(folder: AttemptFolder): ErrorReport | undefined {
  return parseError(readJson(folder.error));
}

/** The same of a value that came another way. */
export function parseError(value: unknown): ErrorReport | undefined {
  const raw = asRecord(value);
  if (raw === undefined) return undefined;
  return {
    type: text(raw.type),
    message: text(raw.message),
    traceback: text(raw.traceback),
    retryable: raw.retryable !== false,
    code: text(raw.code),
  };
}

/** Undefined before the interpreter has come so far. */
export function readInfo(folder: AttemptFolder): InfoReport | undefined {
  return parseInfo(readJson(folder.info));
}

/** The same of a value that came another way. */
export function parseInfo(value: unknown): InfoReport | undefined {
  const raw = asRecord(value);
  if (raw === undefined) return undefined;
  const interpreter: Record<string, string> = {};
  for (const name of ['executable', 'version', 'platform']) {
    if (typeof raw[name] === 'string') interpreter[name] = raw[name];
  }
  for (const [name, version] of Object.entries(asRecord(raw.packages) ?? {})) {
    if (typeof version === 'string') interpreter[name] = version;
  }
  const warnings = (Array.isArray(raw.warnings) ? raw.warnings : [])
    .map(asRecord)
    .filter((item) => item !== undefined);
  return {
    interpreter,
    warnings: warnings.map((warning) => ({ code: text(warning.code), message: text(warning.message) })),
  };
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
