// The options of a train statement, typed, defaulted and checked before the statement does any work.
import { MlsqlError } from '../../shared/errors.js';
import { kafkaParamOf } from '../../shared/kafka/kafka-access.js';
import type { TrainStatement } from '../../shared/language/ast.js';
import { nearestHint } from '../../shared/language/nearest.js';
import {
  badValue,
  checkOptions,
  missingOption,
  type OptionFamily,
  type OptionSchema,
  parseOption,
  type ResolvedOption,
  resolveOptions,
} from '../../shared/language/options.js';
import {
  type Algorithm,
  KAFKA_PARAM_FAMILY,
  knownAlgorithm,
  SYSTEM_PARAM_KEYS,
  type SystemParam,
  systemParamOf,
} from '../../shared/language/statement-options.js';
import { substitute } from '../../shared/language/substitute.js';
import {
  type MinSuccess,
  parseBoolean,
  parseChoice,
  parseCount,
  parseMinSuccess,
  parseName,
  parsePositiveNumber,
  parsePriority,
  parseSize,
  parseTimeout,
} from '../../shared/language/values.js';

export const DATA_LOCAL_FORMATS = ['json', 'csv', 'parquet'] as const;
export type DataLocalFormat = (typeof DATA_LOCAL_FORMATS)[number];

/** The trainers that need no script. */
export const BUILTIN_ALGS = [
  'SVC',
  'RandomForestClassifier',
  'GradientBoostingClassifier',
  'MultinomialNB',
] as const;
export type BuiltinAlg = (typeof BUILTIN_ALGS)[number];

/** One fitParam group. */
export interface TrainGroup {
  /** The number in `fitParam.N`, which is its algIndex. */
  readonly algIndex: number;
  /** What the script sees as fit_param: everything but the resources, with modelPath. */
  readonly params: Readonly<Record<string, string>>;
  /** `fitParam.N.resource.NAME`: NAME → the path. */
  readonly resources: ReadonlyMap<string, ResolvedOption>;
  /** A built-in trainer runs instead of the script. */
  readonly builtinAlg?: BuiltinAlg;
}

export interface TrainOptions {
  readonly algorithm: Algorithm;
  /** pythonScriptPath, or else pythonDescPath: a script, or a folder with MLproject; relative to the project where one is given. */
  readonly script?: ResolvedOption;
  /** pythonProjectPath: a folder shipped whole. */
  readonly project?: ResolvedOption;
  /** True: the data lies in files on the executor. False: rows are streamed to the script. Default true. */
  readonly enableDataLocal: boolean;
  /** Default json. */
  readonly dataLocalFormat: DataLocalFormat;
  /** Partitions; absent: by size. */
  readonly dataLocalFileNum?: number;
  /** Default false: the path itself is replaced. */
  readonly keepVersion: boolean;
  /** By algIndex, ascending; one empty group 0 where the statement has none. */
  readonly groups: readonly TrainGroup[];
  /** validateTable, or else evaluateTable: a table's name. */
  readonly validateTable?: ResolvedOption;
  readonly systemParam: SystemParam;
  /** `kafkaParam.…` without the beginning. */
  readonly kafkaParam: Readonly<Record<string, string>>;
  readonly keepLocalDirectory: boolean;
  readonly enableCopyTrainParamsToPython: boolean;
  /** Further tries after the script's own failure. Default 0. */
  readonly retries: number;
  /** Of one attempt; absent: none. */
  readonly timeoutMs?: number;
  /** Of one attempt without any output; absent: none. */
  readonly idleTimeoutMs?: number;
  /** Of a group that waits for its first attempt; absent: none. */
  readonly queueTimeoutMs?: number;
  /** Default 1. */
  readonly cpus: number;
  /** Absent: no limit. */
  readonly memoryBytes?: number;
  /** Default 0. */
  readonly gpus: number;
  /** True: the first failed group ends the others. Default false. */
  readonly failFast: boolean;
  /** Share of the user's slots beside his other jobs; default 1. */
  readonly priority: number;
  /** Default 1 group. */
  readonly minSuccess: MinSuccess;
  /** All options as given, for meta/1 and for scripts that ask. */
  readonly trainParams: Readonly<Record<string, string>>;
}

const FIT_PARAM = /^fitParam\.(0|[1-9]\d{0,9})\.(.+)$/s;
const ALG_INDEX_MAX = 2 ** 31 - 1;
const RESOURCE_PREFIX = 'resource.';

const FIT_PARAM_FAMILY: OptionFamily = {
  prefix: 'fitParam',
  example: 'fitParam.0.labelCol',
  matches: (key) => FIT_PARAM.test(key),
};

const KEYS = {
  pythonScriptPath: parseName,
  pythonDescPath: parseName,
  pythonProjectPath: parseName,
  enableDataLocal: parseBoolean,
  dataLocalFormat: parseChoice(DATA_LOCAL_FORMATS),
  dataLocalFileNum: parseCount(1),
  keepVersion: parseBoolean,
  validateTable: parseName,
  evaluateTable: parseName,
  distributeEveryExecutor: parseBoolean,
  keepLocalDirectory: parseBoolean,
  enableCopyTrainParamsToPython: parseBoolean,
  retries: parseCount(),
  priority: parsePriority,
  timeout: parseTimeout,
  idleTimeout: parseTimeout,
  queueTimeout: parseTimeout,
  cpus: parsePositiveNumber,
  memory: parseSize,
  gpus: parseCount(),
  failFast: parseBoolean,
  minSuccess: parseMinSuccess,
  ...SYSTEM_PARAM_KEYS,
};

/**
 * Reads a train's options.
 * @param variables - what `${name}` stands for when the statement runs
 * @throws MlsqlError MLSQL_SCRIPT_ALG_UNKNOWN, MLSQL_SCRIPT_OPTION_DUPLICATE, _UNKNOWN, _VALUE or _MISSING, at the word
 */
export function parseTrainOptions(
  statement: TrainStatement,
  variables: ReadonlyMap<string, string>,
): TrainOptions {
  const algorithm = knownAlgorithm(statement.alg);
  const subject = `train ${algorithm}`;
  const options = resolveOptions(statement.options, variables);
  const schema = {
    subject,
    keys: KEYS,
    families: [FIT_PARAM_FAMILY, KAFKA_PARAM_FAMILY],
  } satisfies OptionSchema;
  const checked = checkOptions(options, schema, statement.span);
  const { values, others } = checked;

  const script = checked.option('pythonScriptPath') ?? checked.option('pythonDescPath');
  const project = checked.option('pythonProjectPath');
  const hasScript = script !== undefined || project !== undefined;
  const groups = groupsOf(others, substitute(statement.path, variables), hasScript);
  const minSuccess = values.minSuccess ?? { kind: 'count', count: 1 };
  if (!hasScript && groups.some((group) => group.builtinAlg === undefined)) {
    const hint = `name the script, or a built-in trainer by fitParam.N.alg (${BUILTIN_ALGS.join(', ')})`;
    throw missingOption(subject, 'pythonScriptPath', statement.span, hint);
  }
  if (algorithm === 'PythonAlg' && minSuccess.kind === 'count' && minSuccess.count > groups.length) {
    throw badValue(
      checked.option('minSuccess')!,
      `is more than the ${groups.length} groups of this train`,
      'lower it, or write all',
    );
  }
  const trainParams = Object.fromEntries(options.map((option) => [option.key, option.value]));
  const validateTable = checked.option('validateTable') ?? checked.option('evaluateTable');
  return {
    algorithm,
    ...(script !== undefined && { script }),
    ...(project !== undefined && { project }),
    enableDataLocal: values.enableDataLocal ?? true,
    dataLocalFormat: values.dataLocalFormat ?? 'json',
    ...(values.dataLocalFileNum !== undefined && { dataLocalFileNum: values.dataLocalFileNum }),
    keepVersion: values.keepVersion ?? false,
    groups,
    ...(validateTable !== undefined && { validateTable }),
    systemParam: systemParamOf(checked),
    kafkaParam: kafkaParamOf(trainParams),
    keepLocalDirectory: values.keepLocalDirectory ?? false,
    enableCopyTrainParamsToPython: values.enableCopyTrainParamsToPython ?? false,
    retries: values.retries ?? 0,
    ...(values.timeout !== undefined && { timeoutMs: values.timeout }),
    ...(values.idleTimeout !== undefined && { idleTimeoutMs: values.idleTimeout }),
    ...(values.queueTimeout !== undefined && { queueTimeoutMs: values.queueTimeout }),
    cpus: values.cpus ?? 1,
    ...(values.memory !== undefined && { memoryBytes: values.memory }),
    gpus: values.gpus ?? 0,
    failFast: values.failFast ?? false,
    priority: values.priority ?? 1,
    minSuccess,
    trainParams,
  };
}

/** Sorts the fitParam options into their groups. */
function groupsOf(options: readonly ResolvedOption[], modelPath: string, hasScript: boolean): TrainGroup[] {
  interface Draft {
    readonly params: Map<string, string>;
    readonly resources: Map<string, ResolvedOption>;
    builtinAlg?: BuiltinAlg;
  }
  const drafts = new Map<number, Draft>();
  for (const option of options) {
    const match = FIT_PARAM.exec(option.key);
    if (match === null) continue;
    const algIndex = Number(match[1]);
    const key = match[2]!;
    if (algIndex > ALG_INDEX_MAX) throw unusableKey(option, `group numbers go up to ${ALG_INDEX_MAX}`);
    let draft = drafts.get(algIndex);
    if (draft === undefined) {
      draft = { params: new Map(), resources: new Map() };
      drafts.set(algIndex, draft);
    }
    if (key.startsWith(RESOURCE_PREFIX)) {
      draft.resources.set(resourceName(option, key.slice(RESOURCE_PREFIX.length)), parseOptionPath(option));
      continue;
    }
    draft.params.set(key, option.value);
    if (key === 'alg') {
      const builtinAlg = builtinAlgOf(option, hasScript);
      if (builtinAlg !== undefined) draft.builtinAlg = builtinAlg;
    }
  }
  if (drafts.size === 0) drafts.set(0, { params: new Map(), resources: new Map() });
  return [...drafts]
    .sort(([one], [other]) => one - other)
    .map(([algIndex, { params, resources, builtinAlg }]) => ({
      algIndex,
      params: Object.fromEntries([['modelPath', modelPath], ...params]),
      resources,
      ...(builtinAlg !== undefined && { builtinAlg }),
    }));
}

/** A script may have a parameter of its own that is called alg; without a script only a trainer's name makes sense. */
function builtinAlgOf(option: ResolvedOption, hasScript: boolean): BuiltinAlg | undefined {
  const found = BUILTIN_ALGS.find((name) => name === option.value);
  if (found !== undefined || hasScript) return found;
  throw badValue(
    option,
    'is no built-in trainer',
    nearestHint(
      option.value,
      BUILTIN_ALGS,
      `there are ${BUILTIN_ALGS.join(', ')}; anything else needs pythonScriptPath`,
    ),
  );
}

/** A resource becomes a file or folder of that name, so the name must be able to be one. */
function resourceName(option: ResolvedOption, name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || Buffer.byteLength(name) > 255) {
    throw unusableKey(option, 'the name of a resource is the name of its file or folder');
  }
  return name;
}

function parseOptionPath(option: ResolvedOption): ResolvedOption {
  parseOption(option, parseName);
  return option;
}

function unusableKey(option: ResolvedOption, hint: string): MlsqlError {
  return new MlsqlError('MLSQL_SCRIPT_OPTION_UNKNOWN', `train has no option "${option.key}"`, {
    position: option.keyPosition,
    hint,
  });
}
