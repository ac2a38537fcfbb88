// Errors and warnings as people read them: where, the line with a caret, the script's own traceback, what to do.
import pc from 'picocolors';
import { asMlsqlError, isMlsqlError } from '../../../shared/errors.js';
import { formatCaret } from '../../../shared/language/caret.js';
import type { ErrorEvent, WarningEvent } from '../../library/events.js';

/** The script that positions point into. */
export interface ShownScript {
  readonly name: string;
  readonly text: string;
}

/** The lines of an error, ready for a terminal or a file. */
export function errorLines(
  error: ErrorEvent,
  script: ShownScript | undefined,
  colors = pc.createColors(false),
): string[] {
  return [
    `${colors.red('error')} ${colors.bold(error.code)}: ${error.message}`,
    ...contextLines(error, script, colors),
  ];
}

export function warningLines(
  warning: WarningEvent,
  script: ShownScript | undefined,
  colors = pc.createColors(false),
): string[] {
  return [
    `${colors.yellow('warning')} ${colors.bold(warning.code)}: ${warning.message}`,
    ...contextLines(warning, script, colors),
  ];
}

/** What was thrown, as the event that the contract prints. */
export function errorEventOf(thrown: unknown): ErrorEvent {
  const { code, message, details } = asMlsqlError(thrown);
  const { hint, position, statement, jobId, algIndex } = details;
  // A defect of the product shows where it is.
  const traceback = details.traceback ?? (isMlsqlError(thrown) ? undefined : (thrown as Error).stack);
  return {
    event: 'error',
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(statement !== undefined && { statement }),
    ...(position !== undefined && { line: position.line, column: position.column }),
    ...(jobId !== undefined && { jobId }),
    ...(algIndex !== undefined && { algIndex }),
    ...(traceback !== undefined && { traceback }),
  };
}

function contextLines(
  problem: ErrorEvent | WarningEvent,
  script: ShownScript | undefined,
  colors: ReturnType<typeof pc.createColors>,
): string[] {
  const { line, column, hint, jobId, algIndex } = problem;
  const lines: string[] = [];
  if (line !== undefined && column !== undefined) {
    lines.push(colors.dim(`  at ${script?.name ?? 'the script'}:${line}:${column}`));
    const caret = script === undefined ? '' : formatCaret(script.text, { line, column });
    if (caret !== '') lines.push(...caret.split('\n').map((text) => `  ${text}`));
  }
  if (jobId !== undefined)
    lines.push(colors.dim(`  job ${jobId}${algIndex === undefined ? '' : `, group ${algIndex}`}`));
  if ('traceback' in problem && problem.traceback)
    lines.push(
      ...problem.traceback
        .trimEnd()
        .split('\n')
        .map((text) => `  ${text}`),
    );
  if (hint) lines.push(`  ${colors.cyan('hint')}: ${hint}`);
  return lines;
}
