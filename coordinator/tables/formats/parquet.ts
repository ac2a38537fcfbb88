// Parquet files: their own columns and types; types that Spark lacks become the nearest that holds every value.
import { MlsqlError } from '../../../shared/errors.js';
import { sparkTypeOf } from '../duck-types.js';
import { duckType } from '../spark-type.js';
import { columnAt, quoteName } from '../sql-text.js';
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
  const casts = columns.map((column, index) => {
    const own = `${quoteName(column.name)}`;
    const text = rows[index]![1] as string;
    return `${text === duckType(column.type) ? own : `CAST(${own} AS ${duckType(column.type)})`} AS ${columnAt(index)}`;
  });
  return withPartitionColumns(
    context.files,
    columns,
    (group) => `SELECT ${casts.join(', ')} FROM ${source(pathList(group))}`,
  );
}
