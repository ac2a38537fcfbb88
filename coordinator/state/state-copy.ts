// A state as a file of JSON lines: what `mlsql state export` writes and `mlsql state import` reads. The first line is the
// file's own record, the last one says how many stand between and their hash; each of these is a key and its value. JSON
// lacks maps and some numbers, which are written as objects with one key that begins with $.
import type { StateKey } from './state-db.js';

export interface CopyHead {
  readonly mlsqlState: number;
  readonly clusterId: string;
  readonly createdMs: number;
  readonly epoch: number;
}

/** The last line: without it a copy is not whole. */
export interface CopyTail {
  readonly records: number;
  /** Of the lines of all records, with their ends. */
  readonly sha256: string;
}

/** What a copy says of itself in the end; undefined for any line but the last one. */
export function tailOf(line: string): CopyTail | undefined {
  const { records, sha256 } = JSON.parse(line) as Partial<CopyTail>;
  return typeof records === 'number' ? { records, sha256: sha256 ?? '' } : undefined;
}

const MAP = '$map';
const NUMBER = '$number';

/** One record as a line, without its end. */
export function encodeLine(key: StateKey, value: unknown): string {
  return JSON.stringify({ key, value: toJson(value) });
}

/** @throws Error where the line is none of encodeLine's */
export function decodeLine(line: string): { key: StateKey; value: unknown } {
  const { key, value } = JSON.parse(line) as { key?: unknown; value?: unknown };
  const isKey =
    Array.isArray(key) &&
    key.length > 0 &&
    key.every((part) => typeof part === 'string' || typeof part === 'number');
  if (!isKey) throw new Error('it has no key');
  return { key: key as StateKey, value: fromJson(value) };
}

function toJson(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { [NUMBER]: String(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return { [MAP]: [...value].map(([key, item]) => [toJson(key), toJson(item)]) };
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJson(item)]));
}

function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const [name, inner] = first;
    if (name === NUMBER) return Number(inner);
    if (name === MAP)
      return new Map((inner as [unknown, unknown][]).map(([k, v]) => [fromJson(k), fromJson(v)]));
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, fromJson(item)]));
}
