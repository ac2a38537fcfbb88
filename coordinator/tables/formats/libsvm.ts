// libsvm files: a label and a sparse vector a row. Indices count from 1 in the file and from 0 in the vector.
import { MlsqlError } from '../../../shared/errors.js';
import { parseSparkType, VECTOR_TYPE_TEXT } from '../spark-type.js';
import { quoteText } from '../sql-text.js';
import { readLines } from './lines.js';
import { displayName, type LoadContext, type LoadedTable, withPartitionColumns } from './loader.js';

/** A row: a number, then `index:number` with rising indices; a comment after `#`. */
const ROW_PATTERN = String.raw`\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?(\s+\d+:[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|NaN|Infinity))*\s*`;

export async function loadLibsvm(context: LoadContext): Promise<LoadedTable> {
  let size = Number(context.options.get('numfeatures') ?? '0');
  const dense = context.options.get('vectortype') === 'dense';
  const sources = new Map<string, string>();
  for (const file of context.files) {
    const lines = await readLines(context, [file]);
    const pieces = rowsOf(lines);
    sources.set(file.path, pieces);
    const { rows } = await context.run(
      `SELECT max(list_max(indices)), min(line) FILTER (WHERE NOT good) FROM (SELECT line, regexp_full_match(text, ${quoteText(ROW_PATTERN)}) AND coalesce(list_min(indices), 1) >= 1 AND indices = list_sort(list_distinct(indices)) AS good, indices FROM ${pieces})`,
    );
    const [largest, badLine] = rows[0]!;
    if (badLine !== null) throw badRow(displayName(context.files, file.path), String(badLine));
    if (!context.options.has('numfeatures')) size = Math.max(size, Number(largest ?? 0));
  }
  const columns = [
    { name: 'label', type: { kind: 'double' } as const },
    { name: 'features', type: parseSparkType(VECTOR_TYPE_TEXT) },
  ];
  const sparseVector = `{'type': 0::TINYINT, 'size': ${size}::INTEGER, 'indices': list_transform(indices, lambda i: (i - 1)::INTEGER), 'values': numbers}`;
  const denseVector = `{'type': 1::TINYINT, 'size': NULL::INTEGER, 'indices': NULL::INTEGER[], 'values': list_transform(range(1, ${size + 1}), lambda i: coalesce(numbers[list_position(indices, i::INTEGER)], 0))}`;
  return withPartitionColumns(context, columns, (group) =>
    group.map(
      (file) =>
        `SELECT label AS c0, ${dense ? denseVector : sparseVector} AS c1 FROM ${sources.get(file.path)!}`,
    ),
  );
}

/** Line number, label, indices as in the file, and numbers; lines without content are no rows. */
function rowsOf(lines: string): string {
  const text = `trim(regexp_replace(value, '#.*$', ''))`;
  const pairs = `list_filter(string_split_regex(text, '\\s+')[2:], lambda p: p <> '')`;
  return `(SELECT line, text, TRY_CAST(string_split_regex(text, '\\s+')[1] AS DOUBLE) AS label, list_transform(${pairs}, lambda p: TRY_CAST(split_part(p, ':', 1) AS INTEGER)) AS indices, list_transform(${pairs}, lambda p: TRY_CAST(split_part(p, ':', 2) AS DOUBLE)) AS numbers FROM (SELECT row_number() OVER () AS line, ${text} AS text FROM ${lines}) WHERE text <> '')`;
}

function badRow(file: string, line: string): MlsqlError {
  return new MlsqlError('MLSQL_TABLE_DATA_INVALID', `${file}, line ${line}: not a libsvm row`, {
    hint: 'A row is a label, then index:value pairs whose indices rise from 1: 1 3:0.5 7:1.25',
  });
}
