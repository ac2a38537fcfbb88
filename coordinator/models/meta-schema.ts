// The columns of meta/0 and meta/1, and the way between their rows and our types. Pure.
import type { GroupMeta, KeptFile, KeptResource, ManifestFile, Params, TrainMeta } from './model-types.js';
import type { Column, Row } from './parquet.js';

const STRINGS = { map: 'string' } as const;
const FILE: readonly Column[] = [
  { name: 'path', type: 'string' },
  { name: 'size', type: 'long' },
  { name: 'sha256', type: 'string' },
];
const KEPT_FILE: readonly Column[] = [...FILE, { name: 'executable', type: 'boolean' }];

/** Contract, section 8: names, order and types. The first eight are the original's. */
export const META0_COLUMNS: readonly Column[] = [
  { name: 'modelPath', type: 'string' },
  { name: 'algIndex', type: 'int' },
  { name: 'alg', type: 'string' },
  { name: 'score', type: 'double' },
  { name: 'status', type: 'string' },
  { name: 'startTime', type: 'long' },
  { name: 'endTime', type: 'long' },
  { name: 'trainParams', type: STRINGS },
  { name: 'message', type: 'string' },
  { name: 'metrics', type: { map: 'double' } },
  { name: 'attempts', type: 'int' },
  { name: 'executor', type: 'string' },
  { name: 'files', type: { list: { struct: FILE } } },
];

export const META1_COLUMNS: readonly Column[] = [
  { name: 'systemParam', type: STRINGS },
  { name: 'trainParams', type: STRINGS },
  { name: 'interpreter', type: STRINGS },
  { name: 'versions', type: STRINGS },
  { name: 'hashes', type: STRINGS },
  { name: 'jobId', type: 'string' },
  { name: 'script', type: 'string' },
  { name: 'command', type: 'string' },
  { name: 'builtinAlg', type: 'string' },
  { name: 'project', type: { list: { struct: KEPT_FILE } } },
  {
    name: 'resources',
    type: {
      list: {
        struct: [
          { name: 'algIndex', type: 'int' },
          { name: 'name', type: 'string' },
          { name: 'folder', type: 'boolean' },
          { name: 'files', type: { list: { struct: KEPT_FILE } } },
        ],
      },
    },
  },
  {
    name: 'warnings',
    type: {
      list: {
        struct: [
          { name: 'algIndex', type: 'int' },
          { name: 'code', type: 'string' },
          { name: 'message', type: 'string' },
        ],
      },
    },
  },
];

/** A row of meta/0 for a file. A score that is no finite number is none. */
export function groupToRow(group: GroupMeta): Row {
  return {
    ...group,
    score: group.score !== null && Number.isFinite(group.score) ? group.score : null,
    files: group.files?.map(fileToRow) ?? null,
  };
}

/** A row of meta/0 from a file, whoever wrote it; undefined where it names no group. */
export function rowToGroup(row: Row): GroupMeta | undefined {
  const algIndex = row.algIndex;
  if (typeof algIndex !== 'number') return undefined;
  return {
    modelPath: text(row.modelPath),
    algIndex,
    alg: text(row.alg),
    score: typeof row.score === 'number' ? row.score : null,
    status: text(row.status),
    startTime: number(row.startTime),
    endTime: number(row.endTime),
    trainParams: strings(row.trainParams),
    message: text(row.message),
    metrics: (row.metrics ?? {}) as Record<string, number>,
    attempts: number(row.attempts),
    executor: text(row.executor),
    files: Array.isArray(row.files) ? row.files.map(rowToFile) : null,
  };
}

export function trainToRow(meta: TrainMeta): Row {
  return {
    ...meta,
    project: meta.project.map(fileToRow),
    resources: meta.resources.map((resource) => ({ ...resource, files: resource.files.map(fileToRow) })),
  };
}

export function rowToTrain(row: Row): TrainMeta {
  return {
    systemParam: strings(row.systemParam),
    trainParams: strings(row.trainParams),
    interpreter: strings(row.interpreter),
    versions: strings(row.versions),
    hashes: strings(row.hashes),
    jobId: text(row.jobId),
    script: text(row.script),
    command: text(row.command),
    builtinAlg: text(row.builtinAlg),
    project: list(row.project).map(rowToKeptFile),
    resources: list(row.resources).map(rowToResource),
    warnings: list(row.warnings).map((warning) => ({
      algIndex: number(warning.algIndex),
      code: text(warning.code),
      message: text(warning.message),
    })),
  };
}

function fileToRow(file: ManifestFile): Row {
  const { sizeBytes, ...others } = file;
  return { ...others, size: sizeBytes };
}

function rowToFile(row: Row): ManifestFile {
  return { path: text(row.path), sizeBytes: number(row.size), sha256: text(row.sha256) };
}

function rowToKeptFile(row: Row): KeptFile {
  return { ...rowToFile(row), executable: row.executable === true };
}

function rowToResource(row: Row): KeptResource {
  return {
    algIndex: number(row.algIndex),
    name: text(row.name),
    folder: row.folder === true,
    files: list(row.files).map(rowToKeptFile),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function list(value: unknown): Row[] {
  return Array.isArray(value) ? (value as Row[]) : [];
}

/** A map without its null values: to users an option without a value is no option. */
function strings(value: unknown): Params {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
