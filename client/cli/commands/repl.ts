// `mlsql repl`: statements typed one after the other, in one session of the cluster.
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { ROWS_TERMINAL_DEFAULT } from '../../../shared/limits.js';
import type { MlsqlClient } from '../../library/mlsql-client.js';
import { type UsedCluster, useCluster } from '../cluster.js';
import type { CommonOptions } from '../context.js';
import { EXIT_OK } from '../exit-codes.js';
import { errorEventOf } from '../output/problems.js';
import { createRunOutput, type Streams } from '../output/run-output.js';
import { showError } from '../output/show-error.js';
import { isBlank, splitStatements } from '../statements.js';
import { showEvents } from './run.js';

const PROMPT = 'mlsql> ';
const PROMPT_MORE = '    -> ';
const HISTORY_MAX_LINES = 1000;
const KEYWORDS = [
  ...[
    'load',
    'select',
    'save',
    'train',
    'register',
    'unregister',
    'predict',
    'set',
    'overwrite',
    'append',
    'errorIfExists',
    'ignore',
  ],
  ...[
    'from',
    'where',
    'group by',
    'order by',
    'limit',
    'as',
    'and',
    'options',
    'partitionBy',
    'join',
    'on',
    'union all',
    'lateral view',
  ],
  ...['csv', 'json', 'parquet', 'text', 'libsvm', 'jsonStr', 'script', 'PythonAlg', 'PythonParallelExt'],
  ...[
    '!show tables;',
    '!show jobs;',
    '!show runs;',
    '!show executors;',
    '!show functions;',
    '!show models',
    '!cancel',
    '!retry',
    '!exit',
    '!help',
  ],
];
const HELP = `Statements end with ; and may span lines. Tables and variables stay until you leave.
!show tables|jobs|runs|executors|functions|models "path";   !cancel|retry "job";   !exit (or Ctrl-D) leaves
Ctrl-C drops what was typed, or cancels what runs.`;

export interface ReplOptions extends CommonOptions {
  readonly executors?: number;
  readonly slots?: number;
  readonly limit?: number;
}

/** @returns the exit code: 0 when the user leaves */
export async function replCommand(options: ReplOptions, streams: Streams): Promise<number> {
  const { json = false, executors, slots } = options;
  try {
    const cluster = await useCluster({
      options,
      need: 'executors',
      ...(executors !== undefined && { executors }),
      ...(slots !== undefined && { slots }),
      onNotice: (text) => streams.stderr.write(`${text}\n`),
    });
    try {
      const sessionId = await cluster.client.openSession();
      try {
        await new Repl(cluster, sessionId, options, streams).run();
      } finally {
        await cluster.client.closeSession(sessionId).catch(() => undefined);
      }
      return EXIT_OK;
    } finally {
      await cluster.close();
    }
  } catch (error) {
    return showError(error, json, streams);
  }
}

class Repl {
  readonly #client: MlsqlClient;
  readonly #input: Interface;
  readonly #interactive = process.stdin.isTTY === true;
  /** Names of tables that were made here, for completion. */
  readonly #tables = new Set<string>();
  #typed = '';
  /** What ran so far: its `set` statements tell what names of client files mean. */
  #ran = '';
  #runId: string | undefined;

  constructor(
    private readonly cluster: UsedCluster,
    private readonly sessionId: string,
    private readonly options: ReplOptions,
    private readonly streams: Streams,
  ) {
    this.#client = cluster.client;
    this.#input = createInterface({
      input: process.stdin,
      ...(this.#interactive && { output: process.stdout, terminal: true }),
      prompt: PROMPT,
      historySize: HISTORY_MAX_LINES,
      history: readHistory(cluster.home.historyFile),
      removeHistoryDuplicates: true,
      completer: (line: string) => complete(line, this.#tables),
    });
  }

  /** Reads and runs until the input ends. Lines that come while a statement runs wait for it. */
  async run(): Promise<void> {
    if (this.#interactive) this.streams.stdout.write(`${HELP}\n`);
    this.#input.on('SIGINT', () => this.#onInterrupt());
    this.#prompt();
    for await (const line of this.#input) {
      if (/^\s*!(exit|quit)\s*;?\s*$/.test(line)) break;
      if (/^\s*!help\s*;?\s*$/.test(line)) this.streams.stdout.write(`${HELP}\n`);
      else await this.#take(line);
      this.#prompt();
    }
    // What was typed without its semicolon is a statement too: the last one of a script may leave it out.
    if (!isBlank(this.#typed)) await this.#execute(this.#typed);
    this.#input.close();
  }

  async #take(line: string): Promise<void> {
    this.#typed += `${line}\n`;
    const { complete: statements, rest } = splitStatements(this.#typed);
    this.#typed = isBlank(rest) ? '' : rest;
    if (statements.length === 0) return;
    if (this.#interactive) remember(this.cluster.home.historyFile, line);
    for (const statement of statements) await this.#execute(statement);
  }

  async #execute(text: string): Promise<void> {
    const { json = false, limit = ROWS_TERMINAL_DEFAULT } = this.options;
    const output = createRunOutput(this.streams, json, { name: 'input', text });
    try {
      const run = await this.#client.runScript(text, {
        sessionId: this.sessionId,
        sessionScript: this.#ran,
        limit,
      });
      this.#runId = run.runId;
      this.#ran += `${text.replace(/;?\s*$/, '')};\n`;
      await showEvents(this.#client, run.runId, output, this.cluster);
      for (const [, table] of text.matchAll(/\bas\s+(\w+)\s*;/gi)) this.#tables.add(table!);
    } catch (error) {
      await output.event(errorEventOf(error));
    } finally {
      this.#runId = undefined;
      output.end();
    }
  }

  #onInterrupt(): void {
    if (this.#runId !== undefined) {
      this.#client.cancel(this.#runId).catch(() => undefined);
      return;
    }
    this.#typed = '';
    this.streams.stdout.write('\n');
    this.#prompt();
  }

  #prompt(): void {
    if (!this.#interactive) return;
    this.#input.setPrompt(this.#typed === '' ? PROMPT : PROMPT_MORE);
    this.#input.prompt();
  }
}

function complete(line: string, tables: ReadonlySet<string>): [string[], string] {
  const word = /[!\w]*$/.exec(line)?.[0] ?? '';
  if (word === '') return [[], word];
  const candidates = [...KEYWORDS, ...tables].filter((candidate) =>
    candidate.toLowerCase().startsWith(word.toLowerCase()),
  );
  return [candidates, word];
}

/** Newest first, as readline wants it. */
function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-HISTORY_MAX_LINES)
      .reverse();
  } catch {
    return [];
  }
}

function remember(file: string, line: string): void {
  try {
    appendFileSync(file, `${line}\n`, { mode: 0o600 });
  } catch {
    // A history that cannot be written is no reason to stop working.
  }
}
