// Identifiers, branded so that one kind is never taken for another.
import { randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

export type RunId = Branded<'RunId'>;
export type SessionId = Branded<'SessionId'>;
export type JobId = Branded<'JobId'>;
export type ExecutorName = Branded<'ExecutorName'>;
export type FunctionId = Branded<'FunctionId'>;

/** One try of one group: `jobId/algIndex/attempt`, attempt from 1. */
export interface AttemptRef {
  readonly jobId: JobId;
  readonly algIndex: number;
  readonly attempt: number;
}

export const runId = (text: string): RunId => text as RunId;
export const sessionId = (text: string): SessionId => text as SessionId;
export const jobId = (text: string): JobId => text as JobId;
export const executorName = (text: string): ExecutorName => text as ExecutorName;
export const functionId = (text: string): FunctionId => text as FunctionId;

/** `jobId/algIndex/attempt`, for logs and map keys. */
export function attemptKey(ref: AttemptRef): string {
  return `${ref.jobId}/${ref.algIndex}/${ref.attempt}`;
}

/**
 * A new identifier that sorts by time: prefix, base-36 milliseconds, 40 random bits.
 * @example newId('job') // job-mb3k2x1a-9f04c1d2e7
 */
export function newId(prefix: string, now: number = Date.now()): string {
  return `${prefix}-${now.toString(36)}-${randomBytes(5).toString('hex')}`;
}
