// Reads the values of options: every one arrives as a text. Pure; a wrong one fails with what was expected.
import { nearest } from './nearest.js';

/** Thrown where a text is no value of the kind asked for. The message reads on from `option="text" `. */
export class BadValueError extends Error {
  constructor(
    message: string,
    /** What to write instead, where that can be told. */
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'BadValueError';
  }
}

/** Turns an option's text into its value. @throws BadValueError */
export type ValueParser<T> = (text: string) => T;

const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  ...{ kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4 },
};
/** Longest timeout a timer can hold. */
const DURATION_MAX_MS = 2 ** 31 - 1;
const COUNT_MAX = 2 ** 31 - 1;

/** Any text, also an empty one. */
export const parseText: ValueParser<string> = (text) => text;

/** A text that is not empty. */
export function parseName(text: string): string {
  if (text.trim() === '') throw new BadValueError('is empty');
  return text;
}

/** `true` or `false`, in any case. */
export function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word !== 'true' && word !== 'false') throw new BadValueError('is neither true nor false');
  return word === 'true';
}

/** A whole number of at least `least`. */
export function parseCount(least = 0): ValueParser<number> {
  return (text) => {
    const number = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= COUNT_MAX))
      throw new BadValueError(`is no whole number from ${least} on`);
    return number;
  };
}

/** A decimal number greater than zero. */
export function parsePositiveNumber(text: string): number {
  const number = decimal(text.trim());
  if (number === undefined || number <= 0) throw new BadValueError('is no number greater than 0');
  return number;
}

/** A share beside others': a number from 0.1 to 100. */
export function parsePriority(text: string): number {
  const number = decimal(text.trim());
  if (number === undefined || number < 0.1 || number > 100)
    throw new BadValueError('is no number from 0.1 to 100');
  return number;
}

/**
 * A duration: a number with ms, s, m, h or d (`90s`, `15m`, `1.5h`).
 * @returns milliseconds, at least 1
 */
export function parseDuration(text: string): number {
  const { number, unit } = measured(text, DURATION_MS, 'duration', '90s, 15m or 6h');
  const milliseconds = Math.round(number * unit);
  if (milliseconds < 1)
    throw new BadValueError('is no duration greater than 0', 'write it like 90s, 15m or 6h');
  return milliseconds;
}

/** As parseDuration, and no longer than a timer can run (24 days). */
export function parseTimeout(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds > DURATION_MAX_MS) throw new BadValueError('is longer than 24 days');
  return milliseconds;
}

/**
 * A size: a number with B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024), in any case.
 * @returns bytes, at least 1
 */
export function parseSize(text: string): number {
  const { number, unit } = measured(text, SIZE_BYTES, 'size', '512MB or 4GiB');
  const bytes = Math.round(number * unit);
  if (bytes < 1 || !Number.isSafeInteger(bytes))
    throw new BadValueError('is no size from 1B on', 'write it like 512MB or 4GiB');
  return bytes;
}

/** How many groups of a train must succeed. */
export type MinSuccess =
  | { readonly kind: 'count'; readonly count: number }
  /** 0 exclusive to 100; the share is rounded up. */
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'all' };

/** `3`, `50%` or `all`. */
export function parseMinSuccess(text: string): MinSuccess {
  const value = text.trim().toLowerCase();
  if (value === 'all') return { kind: 'all' };
  const percent = value.endsWith('%') ? decimal(value.slice(0, -1).trim()) : undefined;
  if (percent !== undefined && percent > 0 && percent <= 100) return { kind: 'percent', percent };
  if (/^[1-9]\d{0,8}$/.test(value)) return { kind: 'count', count: Number(value) };
  throw new BadValueError('is no number of groups', 'write a number from 1 on, a share like 50%, or all');
}

/** One of a few words, in any case. */
export function parseChoice<T extends string>(choices: readonly T[]): ValueParser<T> {
  return (text) => {
    const found = choices.find((choice) => choice.toLowerCase() === text.trim().toLowerCase());
    if (found !== undefined) return found;
    const near = nearest(text, choices);
    throw new BadValueError(
      `is none of ${choices.join(', ')}`,
      near === undefined ? undefined : `did you mean "${near}"?`,
    );
  };
}

/** One character; `\t` stands for a tab, as Spark reads it. */
export function parseCharacter(text: string): string {
  const character = text === '\\t' ? '\t' : text;
  if (Array.from(character).length !== 1) throw new BadValueError('is not one character');
  return character;
}

/** What separates columns: one or more characters, `\t` for a tab. */
export function parseDelimiter(text: string): string {
  const delimiter = text.replaceAll('\\t', '\t');
  if (delimiter === '' || /[\r\n]/.test(delimiter))
    throw new BadValueError('cannot separate columns', 'write for example "," or "\\t"');
  return delimiter;
}

/** The name of a character encoding, as browsers and Node.js know it. @returns its standard name, in lower case */
export function parseEncoding(text: string): string {
  try {
    return new TextDecoder(text.trim()).encoding;
  } catch {
    throw new BadValueError(
      'is no encoding that is known here',
      'for example UTF-8, GBK, ISO-8859-1 or UTF-16LE',
    );
  }
}

/** A JSON object of texts; numbers and booleans become texts. */
export function parseTextMap(text: string): Readonly<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new BadValueError(
      `is no JSON: ${(error as Error).message}`,
      `write it like '''{"NAME":"value"}'''`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new BadValueError('is no JSON object');
  const entries = Object.entries(parsed).map(([key, value]): [string, string] => {
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw new BadValueError(`has no text at "${key}"`);
    return [key, String(value)];
  });
  return Object.fromEntries(entries);
}

/** Texts separated by commas; empty ones are dropped. */
export function parseList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function measured(
  text: string,
  units: Readonly<Record<string, number>>,
  kind: string,
  examples: string,
): { number: number; unit: number } {
  const match = /^([\d.]+)\s*([a-z]*)$/i.exec(text.trim());
  const number = decimal(match?.[1] ?? '');
  if (match === null || number === undefined)
    throw new BadValueError(`is no ${kind}`, `write it like ${examples}`);
  const unit = units[match[2]!.toLowerCase()];
  if (unit === undefined) {
    const problem =
      match[2] === '' ? `is a ${kind} without its unit` : `has the unit "${match[2]}", which is not known`;
    throw new BadValueError(problem, `units are ${Object.keys(units).join(', ')}: write it like ${examples}`);
  }
  return { number, unit };
}

function decimal(text: string): number | undefined {
  return /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined;
}
