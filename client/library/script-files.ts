// From a script's text to the files of this machine that it names, read and hashed.

import { clientFileNames } from '../../shared/language/client-files.js';
import { parseScript } from '../../shared/language/parser.js';
import { type LocalTree, type NamedFile, readClientFiles } from './client-files.js';

export interface ScriptFilesOptions {
  /** The folder that relative names start from. */
  readonly baseDir: string;
  /** Variables that win over the script's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What ran before in the same session: its `set` statements tell what names mean. */
  readonly sessionScript?: string;
}

const DEFAULT_PREFIX = 'MLSQL_SET_';

/**
 * The files and folders that a script names, with their content's hashes. Nothing else is read.
 * @throws MlsqlError MLSQL_SCRIPT_SYNTAX, MLSQL_SCRIPT_TARGET_RELATIVE, MLSQL_SCRIPT_FILE_MISSING, MLSQL_STORE_PATH_INVALID
 */
export async function readScriptFiles(text: string, options: ScriptFilesOptions): Promise<LocalTree[]> {
  return readClientFiles(namedFiles(text, options), options.baseDir);
}

function namedFiles(text: string, { settings = {}, sessionScript = '' }: ScriptFilesOptions): NamedFile[] {
  const earlier = parseScript(sessionScript).statements.filter((statement) => statement.kind === 'set');
  const names = clientFileNames([...earlier, ...parseScript(text).statements], {
    settings: new Map(Object.entries(settings)),
    // An embedded cluster has our environment, so its defaults are known here.
    defaults: new Map(
      Object.entries(process.env).flatMap(([name, value]) =>
        name.startsWith(DEFAULT_PREFIX) && value !== undefined
          ? [[name.slice(DEFAULT_PREFIX.length), value] as const]
          : [],
      ),
    ),
  });
  return names.map(({ name, span }) => ({ name, position: { line: span.line, column: span.column } }));
}
