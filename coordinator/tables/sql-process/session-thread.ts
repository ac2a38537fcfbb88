// One session's DuckDB, in a thread of its own: while a statement waits for a registered function, only this thread waits.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBScalarFunction,
  type DuckDBType,
  INTEGER,
  LIST,
  STRUCT,
  TINYINT,
} from '@duckdb/node-api';
import { textList } from '../sql-text.js';
import { registerChecksums } from './checksums.js';
import { ArgumentError, encodeLists, encodeVectors, writeAnswers } from './function-codec.js';
import { MACROS } from './macros.js';
import type {
  CallAnswer,
  FailedWork,
  FromSessionThread,
  SessionRequest,
  SessionSettings,
  SessionThreadData,
  StatementRows,
  ToSessionThread,
} from './messages.js';

const VECTOR = STRUCT({ type: TINYINT, size: INTEGER, indices: LIST(INTEGER), values: LIST(DOUBLE) });

/** Why the running statement's function call failed; DuckDB only hands on a text. */
let failedCall: FailedWork | undefined;
let nextCall = 1;

const { settings, signal } = workerData as SessionThreadData;
const wake = new Int32Array(signal);
const port = parentPort!;
let answers: MessagePort | undefined;

const opened = open(settings);
opened.catch(() => undefined);
let queue: Promise<void> = Promise.resolve();

port.on('message', (message: ToSessionThread | { op: 'answers'; port: MessagePort }) => {
  if (message.op === 'answers') answers = message.port;
  else if (message.op === 'interrupt')
    void opened.then((connection) => connection.interrupt()).catch(() => undefined);
  else if (message.op === 'close') queue = queue.then(() => close(message.id));
  else queue = queue.then(() => work(message));
});

async function open(options: SessionSettings): Promise<DuckDBConnection> {
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
  for (const macro of MACROS) await connection.run(macro);
  await connection.run(`SET allowed_directories = ${textList(options.allowedFolders)}`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  return connection;
}

async function work(request: SessionRequest): Promise<void> {
  failedCall = undefined;
  Atomics.store(wake, 1, 0);
  try {
    const connection = await opened;
    if (request.op === 'defineFunction') {
      define(connection, request.name, request.functionId);
      send({ op: 'done', id: request.id, rows: undefined });
      return;
    }
    send({ op: 'done', id: request.id, rows: await run(connection, request.sql) });
  } catch (error) {
    send({ op: 'failed', id: request.id, failure: failedCall ?? failureOf(error) });
  }
}

async function run(connection: DuckDBConnection, sql: string): Promise<StatementRows> {
  const result = await connection.run(sql);
  const rows = await result.getRowsJson();
  return { names: result.columnNames(), types: result.columnTypes().map(String), rows };
}

async function close(id: number): Promise<void> {
  try {
    (await opened).closeSync();
  } catch {
    // A session that never opened has nothing to close.
  }
  send({ op: 'done', id, rows: undefined });
  port.close();
  answers?.close();
}

function failureOf(error: unknown): FailedWork {
  const message = error instanceof Error ? error.message : String(error);
  return { message, cause: /^INTERRUPT Error/.test(message) ? 'cancelled' : 'sql' };
}

/** Registers a function twice: for lists of numbers, and for vectors. */
function define(connection: DuckDBConnection, name: string, functionId: string): void {
  const register = (suffix: string, parameter: DuckDBType, encode: typeof encodeLists): void => {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: `${name}_${suffix}`,
        parameterTypes: [parameter],
        returnType: VECTOR,
        specialHandling: true,
        mainFunction: (_info, input, output) => {
          try {
            const rows = input.rowCount;
            const { batch, present } = encode(input.getColumnVector(0), rows);
            writeAnswers(output, rows, present, batch === undefined ? undefined : ask(functionId, batch));
          } catch (error) {
            if (error instanceof ArgumentError) failedCall ??= { message: error.message, cause: 'argument' };
            throw error;
          }
        },
      }),
    );
  };
  register('list', LIST(DOUBLE), encodeLists);
  register('vector', VECTOR, encodeVectors);
}

/** Sends a batch and blocks this thread until its answer is there or the statement is cancelled. */
function ask(functionId: string, batch: Uint8Array): Uint8Array {
  const call = nextCall++;
  send({ op: 'call', call, functionId, batch });
  for (;;) {
    const seen = Atomics.load(wake, 0);
    if (Atomics.load(wake, 1) === 1) {
      failedCall ??= { message: 'cancelled', cause: 'cancelled' };
      throw new Error('cancelled');
    }
    const received = receiveMessageOnPort(answers!) as
      | { message: { call: number; answer: CallAnswer } }
      | undefined;
    if (received === undefined) {
      Atomics.wait(wake, 0, seen);
      continue;
    }
    // An answer to a call that was given up belongs to nobody.
    if (received.message.call !== call) continue;
    const { answer } = received.message;
    if ('batch' in answer) return answer.batch;
    failedCall ??= { message: 'function failed', cause: 'function' };
    throw new Error('function failed');
  }
}

function send(message: FromSessionThread): void {
  port.postMessage(message);
}
