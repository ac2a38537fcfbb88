// What a project comes to, whatever it was made from.
import type { TaskInputFile } from '../scheduling/task-spec.js';

export type EntryPoint = 'train' | 'batch_predict' | 'api_predict';

export interface Project {
  readonly files: readonly TaskInputFile[];
  /** The script to run, relative to the project; empty where a command is given. */
  readonly script: string;
  /** Command line of the MLproject's entry point; empty without one. */
  readonly command: string;
  /** Packages that the project's conda.yaml names. */
  readonly packages: readonly string[];
}

/** Names for a message, the first ten. */
export function listed(names: readonly string[]): string {
  return names.length === 0
    ? 'nothing'
    : names.slice(0, 10).join(', ') + (names.length > 10 ? `, … (${names.length} in all)` : '');
}
