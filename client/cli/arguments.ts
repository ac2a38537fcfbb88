// Values of flags, checked and turned into what commands take. Pure.
import { InvalidArgumentError } from 'commander';
import { MlsqlError } from '../../shared/errors.js';

/** A whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It takes a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** A port; 0 means any free one. */
export function portNumber(text: string): number {
  const value = wholeNumber(0)(text);
  if (value > 65_535) throw new InvalidArgumentError('A port is at most 65535.');
  return value;
}

/** Collects `k=v` of a flag that may be given again and again; the last of a name wins. */
export function collectSetting(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const split = text.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('It takes name=value.');
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

/** A flag that may be repeated. */
export function collectText(text: string, before: readonly string[]): string[] {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return [...before, text];
}

/**
 * `--set a=1 b=2` means `--set a=1 --set b=2`: a word behind a setting that looks like one is one. Behind `--`, and
 * for words that do not look so (the script's file), nothing changes.
 */
export function spreadSettings(args: readonly string[]): string[] {
  const spread: string[] = [];
  let after: 'nothing' | 'flag' | 'setting' | 'end' = 'nothing';
  for (const arg of args) {
    if (after === 'setting' && /^[\w.-]+=/.test(arg) && !arg.startsWith('-')) spread.push('--set');
    else if (after !== 'end')
      after = after === 'flag' ? 'setting' : arg === '--set' ? 'flag' : arg === '--' ? 'end' : 'nothing';
    spread.push(arg);
  }
  return spread;
}

/** Milliseconds of `90s`, `15m`, `6h` or a plain number of seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('It takes a duration such as 90s, 15m or 6h.');
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? 's']!;
  return Math.round(Number(match[1]) * unit);
}

/** @throws MlsqlError MLSQL_USAGE_INVALID */
export function usage(message: string, hint: string): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', message, { hint });
}
