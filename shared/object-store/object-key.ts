// The rules for keys and prefixes, the same on every adapter. Pure.
import { MlsqlError } from '../errors.js';
import { PATH_MAX_BYTES, PATH_SEGMENT_MAX_BYTES } from '../limits.js';

/** With the u flag a proper pair is one character, so this finds only halves. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Refuses what is no key: empty, with a leading slash, an empty, `.` or `..` segment, a NUL character, text that UTF-8
 * cannot hold (a lone surrogate), more than 1,024 bytes or 255 a segment. Any other character stands for itself.
 * @throws MLSQL_STORE_PATH_INVALID that names the key and the rule
 */
export function checkKey(key: string): void {
  if (key === '') throw invalid(key, 'is empty');
  checkText(key);
  for (const segment of key.split('/')) checkSegment(key, segment);
}

/**
 * Refuses what no key can start with. The part behind the last slash may be the beginning of a segment; the empty
 * prefix stands for the whole store.
 * @throws MLSQL_STORE_PATH_INVALID that names the prefix and the rule
 */
export function checkPrefix(prefix: string): void {
  if (prefix === '') return;
  checkText(prefix);
  const segments = prefix.split('/');
  segments.pop();
  for (const segment of segments) checkSegment(prefix, segment);
}

function checkText(text: string): void {
  if (text.includes('\0')) throw invalid(text, 'contains a NUL character');
  if (LONE_SURROGATE.test(text)) throw invalid(text, 'is not valid Unicode');
  const bytes = Buffer.byteLength(text);
  if (bytes > PATH_MAX_BYTES) throw invalid(text, `has ${bytes} bytes, more than ${PATH_MAX_BYTES}`);
}

function checkSegment(key: string, segment: string): void {
  if (segment === '') throw invalid(key, 'has an empty segment (a leading, trailing or double slash)');
  if (segment === '.' || segment === '..') throw invalid(key, `has the segment "${segment}"`);
  const bytes = Buffer.byteLength(segment);
  if (bytes > PATH_SEGMENT_MAX_BYTES) {
    throw invalid(key, `has a segment of ${bytes} bytes, more than ${PATH_SEGMENT_MAX_BYTES}`);
  }
}

function invalid(key: string, rule: string): MlsqlError {
  const shown = Buffer.from(key.length > 200 ? `${key.slice(0, 200)}…` : key).toString();
  return new MlsqlError('MLSQL_STORE_PATH_INVALID', `The store path "${shown}" ${rule}.`, {
    hint: `Use names of at most ${PATH_SEGMENT_MAX_BYTES} bytes, separated by single slashes, without "." and "..".`,
  });
}
