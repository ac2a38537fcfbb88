// `mlsql state …`: finds the state folder; the work is done by the coordinator's own program.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST_ROOT } from '../../../shared/paths.js';
import { findHome } from '../../embedded/home.js';

export type StateVerb = 'check' | 'export' | 'import';

export interface StateOptions {
  readonly state?: string;
  readonly home?: string;
  readonly json?: boolean;
}

interface StateTool {
  runStateTool(request: {
    readonly verb: StateVerb;
    readonly stateDir: string;
    readonly file: string;
    readonly json: boolean;
  }): Promise<number>;
}

/** @returns the exit code */
export async function stateCommand(verb: StateVerb, file: string, options: StateOptions): Promise<number> {
  const named = options.state ?? (options.home === undefined ? process.env.MLSQL_STATE : undefined);
  const stateDir =
    named !== undefined ? resolve(named) : findHome(options.home, process.env, process.cwd()).stateDir;
  const program = pathToFileURL(join(DIST_ROOT, 'coordinator/state/tool.js')).href;
  const { runStateTool } = (await import(program)) as StateTool;
  return runStateTool({
    verb,
    stateDir,
    file: file === '' ? '' : resolve(file),
    json: options.json ?? false,
  });
}
