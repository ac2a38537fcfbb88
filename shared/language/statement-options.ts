// Which formats, algorithms and options each statement knows. Those of train are in coordinator/planning/train-options.ts.
import { MlsqlError } from '../errors.js';
import type {
  LoadStatement,
  PredictStatement,
  RegisterStatement,
  SaveStatement,
  SetStatement,
  Span,
  Text,
} from './ast.js';
import { nearestHint } from './nearest.js';
import {
  type CheckedOptions,
  checkOptions,
  type OptionFamily,
  type OptionSchema,
  type ResolvedOption,
  resolveOptions,
} from './options.js';
import {
  parseBoolean,
  parseCharacter,
  parseChoice,
  parseCount,
  parseDelimiter,
  parseEncoding,
  parseList,
  parseName,
  parseText,
  parseTextMap,
} from './values.js';

type Variables = ReadonlyMap<string, string>;

export const LOAD_FORMATS = ['csv', 'json', 'parquet', 'text', 'libsvm', 'jsonStr', 'script'] as const;
export type LoadFormatName = (typeof LOAD_FORMATS)[number];
export const SAVE_FORMATS = ['csv', 'json', 'parquet', 'text', 'libsvm'] as const;
export type SaveFormatName = (typeof SAVE_FORMATS)[number];
export const ALGORITHMS = ['PythonAlg', 'PythonParallelExt'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

const csvKeys = {
  header: parseBoolean,
  delimiter: parseDelimiter,
  quote: parseCharacter,
  escape: parseCharacter,
  nullValue: parseText,
};
const csvAliases = { sep: 'delimiter', charset: 'encoding' };

const LOAD_KEYS: Readonly<Record<LoadFormatName, OptionSchema['keys']>> = {
  csv: {
    ...csvKeys,
    inferSchema: parseBoolean,
    encoding: parseEncoding,
    multiLine: parseBoolean,
    comment: parseCharacter,
  },
  json: { multiLine: parseBoolean },
  parquet: { mergeSchema: parseBoolean },
  text: { wholetext: parseBoolean },
  libsvm: { numFeatures: parseCount(1), vectorType: parseChoice(['sparse', 'dense']) },
  jsonStr: {},
  script: {},
};

const fileNum = { fileNum: parseCount(1) };
const compression = { compression: parseChoice(['none', 'uncompressed', 'gzip', 'zstd']) };
const SAVE_KEYS: Readonly<Record<SaveFormatName, OptionSchema['keys']>> = {
  csv: { ...csvKeys, ...compression, ...fileNum },
  json: { ...compression, ...fileNum },
  parquet: {
    compression: parseChoice(['none', 'uncompressed', 'snappy', 'gzip', 'zstd', 'lz4']),
    ...fileNum,
  },
  text: { ...compression, ...fileNum },
  libsvm: fileNum,
};

/** Options about the interpreter, the same wherever Python runs. */
export const SYSTEM_PARAM_KEYS = {
  'systemParam.pythonPath': parseName,
  'systemParam.pythonParam': parseList,
  'systemParam.pythonVer': parseText,
  'systemParam.envs': parseTextMap,
};

/** Kafka's own settings: every name is passed on. */
export const KAFKA_PARAM_FAMILY: OptionFamily = {
  prefix: 'kafkaParam',
  example: 'kafkaParam.bootstrap.servers',
  matches: (key) => /^kafkaParam\../.test(key),
};

const MODEL_KEYS = {
  pythonScriptPath: parseName,
  pythonDescPath: parseName,
  pythonProjectPath: parseName,
  modelVersion: parseCount(),
  algIndex: parseCount(),
  enableCopyTrainParamsToPython: parseBoolean,
  keepLocalDirectory: parseBoolean,
  distributeEveryExecutor: parseBoolean,
  ...SYSTEM_PARAM_KEYS,
};
const SET_KEYS = { type: parseChoice(['conf', 'sql']) };

/** A load or save with its format known, and its options under their standard names, values as texts. */
export interface FormatOptions<F extends string> {
  readonly format: F;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Format and options of a load. Spark's keys hold in any case and by any of their names (`sep` comes as `delimiter`).
 * @throws MlsqlError MLSQL_SCRIPT_FORMAT_UNKNOWN, or as checkOptions
 */
export function checkLoad(statement: LoadStatement, variables: Variables): FormatOptions<LoadFormatName> {
  const format = knownFormat(statement.format, LOAD_FORMATS, 'load');
  return formatOptions(
    format,
    `load ${format}`,
    LOAD_KEYS[format],
    resolveOptions(statement.options, variables),
    statement.span,
  );
}

/** Format and options of a save. @throws MlsqlError as checkLoad */
export function checkSave(statement: SaveStatement, variables: Variables): FormatOptions<SaveFormatName> {
  const format = knownFormat(statement.format, SAVE_FORMATS, 'save');
  return formatOptions(
    format,
    `save as ${format}`,
    SAVE_KEYS[format],
    resolveOptions(statement.options, variables),
    statement.span,
  );
}

/** What a set does with its value: keep it, use it as a setting of SQL (`conf`), or run it as SQL and keep the answer. */
export function checkSet(statement: SetStatement, variables: Variables): 'text' | 'conf' | 'sql' {
  const schema = { subject: 'set', keys: SET_KEYS };
  return (
    checkOptions(resolveOptions(statement.options, variables), schema, statement.span).values.type ?? 'text'
  );
}

/** What register and predict say about a model. Paths keep where they stand, for errors. */
export interface ModelOptions {
  readonly algorithm: Algorithm;
  /** pythonScriptPath, or else pythonDescPath. */
  readonly script?: ResolvedOption;
  /** pythonProjectPath. */
  readonly project?: ResolvedOption;
  readonly modelVersion?: number;
  readonly modelVersionOption?: ResolvedOption;
  readonly algIndex?: number;
  readonly algIndexOption?: ResolvedOption;
  readonly enableCopyTrainParamsToPython: boolean;
  readonly systemParam: SystemParam;
}

/** The interpreter that a statement asks for. */
export interface SystemParam {
  readonly pythonPath?: string;
  readonly pythonPathOption?: ResolvedOption;
  /** Flags of the interpreter. */
  readonly pythonParam: readonly string[];
  readonly pythonVer?: string;
  readonly envs: Readonly<Record<string, string>>;
  /** All systemParam.… as given, without the beginning: what a script reads as mlsql.systemParam. */
  readonly raw: Readonly<Record<string, string>>;
}

/**
 * Options of a register or predict.
 * @throws MlsqlError MLSQL_SCRIPT_ALG_UNKNOWN, or as checkOptions
 */
export function checkModelOptions(
  statement: RegisterStatement | PredictStatement,
  variables: Variables,
): ModelOptions {
  const algorithm = knownAlgorithm(statement.alg);
  const schema = {
    subject: `${statement.kind} ${algorithm}`,
    keys: MODEL_KEYS,
    families: [KAFKA_PARAM_FAMILY],
  };
  const checked = checkOptions(resolveOptions(statement.options, variables), schema, statement.span);
  const { modelVersion, algIndex } = checked.values;
  return {
    algorithm,
    ...present('script', checked.option('pythonScriptPath') ?? checked.option('pythonDescPath')),
    ...present('project', checked.option('pythonProjectPath')),
    ...present('modelVersion', modelVersion),
    ...present('modelVersionOption', checked.option('modelVersion')),
    ...present('algIndex', algIndex),
    ...present('algIndexOption', checked.option('algIndex')),
    enableCopyTrainParamsToPython: checked.values.enableCopyTrainParamsToPython ?? false,
    systemParam: systemParamOf(checked),
  };
}

/** The systemParam.… part of checked options. */
export function systemParamOf(checked: CheckedOptions<typeof SYSTEM_PARAM_KEYS>): SystemParam {
  const raw: Record<string, string> = {};
  for (const key of Object.keys(SYSTEM_PARAM_KEYS) as (keyof typeof SYSTEM_PARAM_KEYS)[]) {
    const option = checked.option(key);
    if (option !== undefined) raw[key.slice('systemParam.'.length)] = option.value;
  }
  return {
    ...present('pythonPath', checked.values['systemParam.pythonPath']),
    ...present('pythonPathOption', checked.option('systemParam.pythonPath')),
    pythonParam: checked.values['systemParam.pythonParam'] ?? [],
    ...present('pythonVer', checked.values['systemParam.pythonVer']),
    envs: checked.values['systemParam.envs'] ?? {},
    raw,
  };
}

/** @throws MlsqlError MLSQL_SCRIPT_ALG_UNKNOWN at the name */
export function knownAlgorithm(alg: Text): Algorithm {
  const found = ALGORITHMS.find((algorithm) => algorithm === alg.value);
  if (found !== undefined) return found;
  throw new MlsqlError('MLSQL_SCRIPT_ALG_UNKNOWN', `no algorithm is called "${alg.value}"`, {
    position: { line: alg.span.line, column: alg.span.column },
    hint: nearestHint(alg.value, ALGORITHMS, `there are ${ALGORITHMS.join(' and ')}`),
  });
}

function knownFormat<F extends string>(format: Text, known: readonly F[], statement: string): F {
  const found = known.find((name) => name.toLowerCase() === format.value.toLowerCase());
  if (found !== undefined) return found;
  throw new MlsqlError('MLSQL_SCRIPT_FORMAT_UNKNOWN', `${statement} knows no format "${format.value}"`, {
    position: { line: format.span.line, column: format.span.column },
    hint: nearestHint(format.value, known, `it knows ${known.join(', ')}`),
  });
}

function formatOptions<F extends string>(
  format: F,
  subject: string,
  keys: OptionSchema['keys'],
  options: readonly ResolvedOption[],
  statement: Span,
): FormatOptions<F> {
  const aliases = Object.fromEntries(Object.entries(csvAliases).filter(([, key]) => key in keys));
  const { values } = checkOptions(options, { subject, keys, aliases, anyCase: true }, statement);
  return {
    format,
    options: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])),
  };
}

function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
