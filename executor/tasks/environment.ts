// The environment that a script starts with: an allow-list of the executor's, the user's own, and what we tell it.

/** Names passed on from the executor. Everything else stays here: tokens and the store's keys above all. */
const ALLOWED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'LD_LIBRARY_PATH',
  'JAVA_HOME',
  'SPARK_HOME',
  'HADOOP_CONF_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
]);
const ALLOWED_PREFIXES = ['LC_', 'CUDA_', 'NVIDIA_', 'NCCL_', 'ROCM_', 'HSA_'];

/** Libraries that would otherwise start a thread for every processor of the machine. */
const THREAD_VARIABLES = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'NUMEXPR_MAX_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'LOKY_MAX_CPU_COUNT',
  'TF_NUM_INTRAOP_THREADS',
];

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>;

/** Of the executor's environment, what any child may see. */
export function allowedEnvironment(own: Environment): Record<string, string> {
  const allowed = Object.entries(own).filter(
    ([name]) => ALLOWED.has(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix)),
  );
  return { LANG: 'C.UTF-8', ...Object.fromEntries(allowed) };
}

/** What a script is to be told. */
export interface ScriptContext {
  readonly tmpDir: string;
  readonly cpus: number;
  /** Devices it may use; none: it sees no graphics card. */
  readonly gpuDevices: readonly string[];
  /** systemParam.envs */
  readonly envs: Environment;
  /** Names that nothing else may set, such as MLSQL_JOB_ID. */
  readonly fixed: Environment;
}

/** The whole environment of a script. The user's own names win over the executor's and over thread counts. */
export function scriptEnvironment(own: Environment, context: ScriptContext): Record<string, string> {
  const threads = String(Math.max(1, Math.floor(context.cpus)));
  return {
    ...allowedEnvironment(own),
    TMPDIR: context.tmpDir,
    ...Object.fromEntries(THREAD_VARIABLES.map((name) => [name, threads])),
    CUDA_VISIBLE_DEVICES: context.gpuDevices.join(','),
    ...context.envs,
    PYTHONUNBUFFERED: '1',
    ...context.fixed,
  };
}
