// A session's time zone: what users may call it, and SQL between instants and what its clocks show.
//
// A timestamp is an instant, held as what a clock in UTC shows then; python/mlsql_sql/zones.py does for selects what the
// functions here do for loads and saves.
import { MlsqlError } from '../../shared/errors.js';
import { quoteText } from './sql-text.js';

export interface TimeZone {
  /** As Spark would print it; a region's name is known to DuckDB. */
  readonly name: string;
  /** Seconds east of Greenwich, of a zone whose offset is always the same. */
  readonly seconds?: number;
}

export const UTC: TimeZone = { name: 'UTC', seconds: 0 };

const UTC_NAMES =
  /^(z|zulu|utc|gmt|ut|uct|universal|greenwich|gmt0|etc\/(utc|gmt|uct|gmt0|zulu|universal|greenwich))$/i;
const OFFSET = /^(UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{1,2})(?::?(\d{2}))?)?$/;
const OFFSET_MAX_SECONDS = 18 * 3600;

/**
 * Reads a zone's name as Spark does: a region (`Asia/Shanghai`), an offset (`+08:00`, `UTC+8`), or UTC by one of its names.
 * @param regionsLike - the names of regions that are spelled like this one in some case, the exact one first
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE where there is no such zone
 */
export async function readTimeZone(
  name: string,
  regionsLike: (name: string) => Promise<readonly string[]>,
): Promise<TimeZone> {
  const text = name.trim();
  if (UTC_NAMES.test(text)) return UTC;
  const offset = OFFSET.exec(text);
  if (offset !== null) {
    const [hours, minutes, seconds] = offset.slice(3).map((digits) => Number(digits ?? 0));
    const size = hours! * 3600 + minutes! * 60 + seconds!;
    if (minutes! < 60 && seconds! < 60 && size <= OFFSET_MAX_SECONDS)
      return size === 0 ? UTC : { name: text, seconds: offset[2] === '-' ? -size : size };
  }
  const regions = offset === null ? await regionsLike(text) : [];
  if (regions.includes(text)) return { name: text };
  throw new MlsqlError('MLSQL_SCRIPT_OPTION_VALUE', `no time zone '${name}'`, {
    hint:
      regions[0] === undefined
        ? 'Write a region such as Asia/Shanghai, an offset such as +08:00, or UTC.'
        : `Did you mean ${regions[0]}?`,
  });
}

export function isUtc(zone: TimeZone): boolean {
  return zone.seconds === 0;
}

/** SQL of what the zone's clocks show at an instant. */
export function wallTime(stamp: string, zone: TimeZone): string {
  if (isUtc(zone)) return stamp;
  if (zone.seconds !== undefined) return `(${stamp} + to_seconds(${zone.seconds}))`;
  return `spark_wall(${stamp}, ${quoteText(zone.name)})`;
}

/** SQL of the instant at which the zone's clocks show a time. */
export function instantOf(wall: string, zone: TimeZone): string {
  if (isUtc(zone)) return wall;
  if (zone.seconds !== undefined) return `(${wall} - to_seconds(${zone.seconds}))`;
  return `spark_instant(${wall}, ${quoteText(zone.name)})`;
}

/** SQL of the instant that a text is; where it names no zone, in this one. */
export function textToTimestamp(text: string, zone: TimeZone): string {
  if (isUtc(zone)) return `spark_to_timestamp(${text})`;
  if (zone.seconds !== undefined) return `spark_to_timestamp_at(${text}, ${zone.seconds})`;
  return `spark_to_timestamp_in(${text}, ${quoteText(zone.name)})`;
}

/** SQL of a timestamp as Spark writes it into JSON and CSV: `2024-01-01T08:00:00.000+08:00`, `…Z` in UTC. */
export function timestampText(stamp: string, zone: TimeZone): string {
  if (isUtc(zone)) return `strftime(${stamp}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  const seconds = zone.seconds ?? `spark_offset_seconds(${stamp}, ${quoteText(zone.name)})`;
  return `(strftime(${wallTime(stamp, zone)}, '%Y-%m-%dT%H:%M:%S.%g') || spark_offset_text(${seconds}, ':', 'Z'))`;
}
