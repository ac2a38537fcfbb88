// Parquet files: their own columns and types; types that Spark lacks become the nearest that holds every value.
import { MlsqlError } from '../../../shared/errors.js';
import { sparkTypeOf } from '../duck-types.js';
import { duckType } from '../spark-type.js';
import { columnAt, quoteName } from '../sql-text.js';
import { instantOf, isUtc } from '../time-zone.js';
import { type LoadContext, type LoadedTable, pathList, withPartitionColumns } from './loader.js';

export async function loadParquet(context: LoadContext): Promise<LoadedTable> {
  const source = (paths: string): string =>
    `read_parquet(${paths}, union_by_name = true, hive_partitioning = false)`;
  const { rows } = await context.run(`DESCRIBE SELECT * FROM ${source(pathList(context.files))}`);
  const columns = rows.map((row) => {
    const [name, text] = row as [string, string];
    const type = sparkTypeOf(text);
    if (type === undefined) {
      throw new MlsqlError(
        'MLSQL_TABLE_DATA_INVALID',
        `column ${name} has the type ${text}, which has no counterpart here`,
        {
          hint: 'Write the file without that column, or with another type.',
        },
      );
    }
    return { name, type };
  });
  const wallTimes = isUtc(context.timeZone) ? new Set<string>() : await wallTimeColumns(context, rows);
  const casts = columns.map((column, index) => {
    const own = quoteName(column.name);
    const type = duckType(column.type);
    const value = rows[index]![1] === type ? own : `CAST(${own} AS ${type})`;
    return `${wallTimes.has(column.name) ? instantOf(value, context.timeZone) : value} AS ${columnAt(index)}`;
  });
  return withPartitionColumns(context, columns, (group) => [
    `SELECT ${casts.join(', ')} FROM ${source(pathList(group))}`,
  ]);
}

/** The columns of timestamps that are no instants: a clock's time, whose zone the session has to tell. INT96 is UTC. */
async function wallTimeColumns(
  context: LoadContext,
  described: readonly (readonly unknown[])[],
): Promise<ReadonlySet<string>> {
  const unmarked = described
    .map((row) => row as [string, string])
    .filter(([, text]) => /TIMESTAMP(?! WITH)/.test(text));
  if (unmarked.length === 0) return new Set();
  const { rows } = await context.run(
    `SELECT DISTINCT name FROM parquet_schema(${pathList(context.files)}) WHERE type = 'INT96'`,
  );
  const instants = new Set(rows.map((row) => row[0]));
  const found = unmarked.filter(([name]) => !instants.has(name));
  const nested = found.find(([, text]) => !/^TIMESTAMP(_S|_MS|_NS)?$/.test(text));
  if (nested !== undefined) {
    throw new MlsqlError(
      'MLSQL_SQL_UNSUPPORTED',
      `column ${nested[0]} holds timestamps without a time zone inside of ${nested[1]}, and the session's time zone is not UTC`,
      { hint: 'Load it with the time zone UTC, or write the file with timestamps in UTC.' },
    );
  }
  return new Set(found.map(([name]) => name));
}
