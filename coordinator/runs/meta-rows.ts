// A version's meta/0 as the result table of its train.
import { META0_COLUMNS } from '../models/meta-schema.js';
import type { GroupMeta } from '../models/model-types.js';
import type { ColumnType } from '../models/parquet.js';
import type { ColumnInfo } from '../tables/table-engine.js';

/** Contract, section 8: the columns of meta/0 in Spark's types. */
export const META_COLUMNS: readonly ColumnInfo[] = META0_COLUMNS.map(({ name, type }) => ({
  name,
  type: sparkType(type),
}));

function sparkType(type: ColumnType): string {
  if (typeof type === 'string') return type === 'long' ? 'bigint' : type;
  if ('map' in type) return `map<string,${sparkType(type.map)}>`;
  if ('list' in type) return `array<${sparkType(type.list)}>`;
  return `struct<${type.struct.map((field) => `${field.name}:${sparkType(field.type)}`).join(',')}>`;
}

/** One JSON object a group, by algIndex, columns in order. */
export function metaRowsJson(groups: readonly GroupMeta[]): string[] {
  return [...groups]
    .sort((a, b) => a.algIndex - b.algIndex)
    .map((group) =>
      JSON.stringify({
        modelPath: group.modelPath,
        algIndex: group.algIndex,
        alg: group.alg,
        score: group.score,
        status: group.status,
        startTime: group.startTime,
        endTime: group.endTime,
        trainParams: group.trainParams,
        message: group.message,
        metrics: group.metrics,
        attempts: group.attempts,
        executor: group.executor,
        files: group.files?.map(({ path, sizeBytes, sha256 }) => ({ path, size: sizeBytes, sha256 })) ?? null,
      }),
    );
}
