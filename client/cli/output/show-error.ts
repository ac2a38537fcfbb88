// How a command that is not a run says what it failed with.
import { eventLine } from '../../library/events.js';
import { exitCodeOf } from '../exit-codes.js';
import { errorEventOf, errorLines } from './problems.js';
import type { Streams } from './run-output.js';

/** Shows what a command failed with: on stderr, and with json as an event on stdout. @returns the exit code */
export function showError(error: unknown, json: boolean, streams: Streams): number {
  const event = errorEventOf(error);
  if (json) streams.stdout.write(`${eventLine(event)}\n`);
  else streams.stderr.write(`${errorLines(event, undefined).join('\n')}\n`);
  return exitCodeOf(error);
}
