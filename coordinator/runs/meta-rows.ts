// A version's meta/0 as the result table of its train.
import type { GroupMeta } from '../models/model-types.js';
import type { ColumnInfo } from '../tables/table-engine.js';

const STRING_MAP = 'map<string,string>';

/** Contract, section 8: the columns of meta/0 in Spark's types. */
export const META_COLUMNS: readonly ColumnInfo[] = [
  { name: 'modelPath', type: 'string' },
  { name: 'algIndex', type: 'int' },
  { name: 'alg', type: 'string' },
  { name: 'score', type: 'double' },
  { name: 'status', type: 'string' },
  { name: 'startTime', type: 'bigint' },
  { name: 'endTime', type: 'bigint' },
  { name: 'trainParams', type: STRING_MAP },
  { name: 'message', type: 'string' },
  { name: 'metrics', type: 'map<string,double>' },
  { name: 'attempts', type: 'int' },
  { name: 'executor', type: 'string' },
  { name: 'files', type: 'array<struct<path:string,size:bigint,sha256:string>>' },
];

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
