#!/usr/bin/env node
// The mlsql command. Only what a subcommand needs is loaded: a help text or an error costs no gRPC.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST_ROOT } from '../../shared/paths.js';

/** The two server programs: they read their own flags, and this process becomes them. */
const PROGRAMS = new Map([
  ['coordinator', join(DIST_ROOT, 'coordinator/main.js')],
  ['executor', join(DIST_ROOT, 'executor/main.js')],
]);

const [node = process.execPath, , name = '', ...rest] = process.argv;
const program = PROGRAMS.get(name);
if (program !== undefined && !rest.includes('--help') && !rest.includes('-h')) {
  process.argv = [node, program, ...rest];
  await import(pathToFileURL(program).href);
} else {
  const { runCli } = await import('./program.js');
  process.exitCode = await runCli(process.argv.slice(2));
}
