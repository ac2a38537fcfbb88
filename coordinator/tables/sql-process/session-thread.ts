// One session's DuckDB, in a thread of its own: while a statement waits for a registered function, only this thread waits.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBScalarFunction,
  type DuckDBType,
  LIST,
} from '@duckdb/node-api';
import { textList } from '../sql-text.js';
import { VECTOR } from './answer-table.js';
import { Answers } from './answers.js';
import { ArgumentBatch } from './argument-batch.js';
import { ArgumentError, type ArgumentReader, readLists, readVectors } from './argument-rows.js';
import { registerChecksums } from './checksums.js';
import { runStage } from './function-stage.js';
import type {
  FailedWork,
  FromSessionThread,
  SessionRequest,
  SessionSettings,
  SessionThreadData,
  StatementRows,
  ToSessionThread,
} from './messages.js';
import { SessionMacros } from './session-macros.js';
import { CallFailure, ThreadCalls } from './thread-calls.js';

/** Why the running statement's function call failed; DuckDB only hands on a text. */
let failedCall: FailedWork | undefined;

const { settings, signal } = workerData as SessionThreadData;
const wake = new Int32Array(signal);
const port = parentPort!;
const calls = new ThreadCalls(port, wake);

const opened = open(settings);
opened.catch(() => undefined);
let queue: Promise<void> = Promise.resolve();
/** True while a statement is being worked on. */
let busy = false;
/** How often a statement that is cancelled is told so: DuckDB forgets an interrupt that comes before it starts. */
const INTERRUPT_EVERY_MS = 20;

port.on('message', (message: ToSessionThread | { op: 'answers'; port: MessagePort }) => {
  if (message.op === 'answers') calls.answers = message.port;
  else if (message.op === 'interrupt') interrupt();
  else if (message.op === 'answer') calls.receive(message.call, message.answer, message.spare);
  else if (message.op === 'close') queue = queue.then(() => close(message.id));
  else queue = queue.then(() => work(message));
});

function interrupt(): void {
  if (!busy || !calls.isCancelled) return;
  calls.cancel();
  opened.then(
    ({ connection }) => {
      if (!busy || !calls.isCancelled) return;
      connection.interrupt();
      setTimeout(interrupt, INTERRUPT_EVERY_MS);
    },
    () => undefined,
  );
}

async function open(
  options: SessionSettings,
): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection; macros: SessionMacros }> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(options.memoryLimitBytes / 1024)}KiB`,
    threads: String(options.threads),
    temp_directory: options.temporaryFolder,
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  registerChecksums(connection);
  await connection.run(`SET allowed_directories = ${textList(options.allowedFolders)}`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  return { instance, connection, macros: new SessionMacros(connection) };
}

async function work(request: SessionRequest): Promise<void> {
  failedCall = undefined;
  calls.begin(request.id);
  busy = true;
  try {
    const { instance, connection, macros } = await opened.catch((error: unknown) => {
      failedCall = { message: error instanceof Error ? error.message : String(error), cause: 'session' };
      throw error;
    });
    if (request.op === 'defineFunction') {
      define(connection, request.name, request.functionId);
      send({ op: 'done', id: request.id, rows: undefined });
      return;
    }
    // It may have been cancelled while it stood in the queue.
    if (calls.isCancelled) throw new CallFailure('cancelled');
    if (request.op === 'stage') {
      await macros.ensure(request.stage.sql);
      const kept = await runStage(instance, connection, calls, request.stage);
      const names = request.stage.calls.map((call) => call.column);
      send({ op: 'done', id: request.id, rows: { names, types: [], rows: [kept] } });
      return;
    }
    await macros.ensure(request.sql);
    send({ op: 'done', id: request.id, rows: await run(connection, request.sql) });
  } catch (error) {
    noteFailure(error);
    send({ op: 'failed', id: request.id, failure: failedCall ?? failureOf(error) });
  } finally {
    busy = false;
  }
}

async function run(connection: DuckDBConnection, sql: string): Promise<StatementRows> {
  const result = await connection.run(sql);
  const rows = await result.getRowsJson();
  return { names: result.columnNames(), types: result.columnTypes().map(String), rows };
}

async function close(id: number): Promise<void> {
  try {
    (await opened).connection.closeSync();
  } catch {
    // A session that never opened has nothing to close.
  }
  send({ op: 'done', id, rows: undefined });
  port.close();
  calls.answers?.close();
}

function failureOf(error: unknown): FailedWork {
  const message = error instanceof Error ? error.message : String(error);
  return { message, cause: /^INTERRUPT Error/.test(message) ? 'cancelled' : 'sql' };
}

/** Registers a function twice: for lists of numbers, and for vectors. */
function define(connection: DuckDBConnection, name: string, functionId: string): void {
  const register = (suffix: string, parameter: DuckDBType, read: ArgumentReader): void => {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: `${name}_${suffix}`,
        parameterTypes: [parameter],
        returnType: VECTOR,
        specialHandling: true,
        mainFunction: (_info, input, output) => {
          try {
            const arguments_ = new ArgumentBatch(input.rowCount);
            arguments_.add(read(input.getColumnVector(0), input.rowCount));
            const batch = arguments_.encode();
            const answer = batch === undefined ? undefined : calls.askBlocking(functionId, batch);
            new Answers(answer, arguments_.count).write(output, arguments_.places[0]!);
          } catch (error) {
            noteFailure(error);
            throw error;
          }
        },
      }),
    );
  };
  register('list', LIST(DOUBLE), readLists);
  register('vector', VECTOR, readVectors);
}

/** DuckDB only hands on a text; the first failure of a statement is what the user hears of. */
function noteFailure(error: unknown): void {
  if (error instanceof ArgumentError) failedCall ??= { message: error.message, cause: 'argument' };
  if (error instanceof CallFailure) failedCall ??= { message: error.message, cause: error.reason };
}

function send(message: FromSessionThread): void {
  port.postMessage(message);
}
