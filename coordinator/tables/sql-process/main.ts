// The SQL process: a thread a session, and the relay between those threads and the coordinator. Started by fork.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { FunctionLinks } from './function-links.js';
import type {
  CallAnswer,
  FromSessionThread,
  FromSqlProcess,
  OwnedBytes,
  SessionThreadData,
  ToSessionThread,
  ToSqlProcess,
} from './messages.js';

interface Session {
  readonly worker: Worker;
  readonly wake: Int32Array;
  readonly answers: MessagePort;
  /** Requests whose outcome the coordinator waits for. */
  readonly pending: Set<number>;
  /** The latest request: whatever was asked until then is what an interrupt cancels. */
  latest: number;
  /** Calls that wait for an answer. */
  readonly calls: Map<number, Call>;
}

interface Call {
  /** Kept until it is answered: an executor may fail it, and another be asked. */
  readonly batch: OwnedBytes;
  /** True where the thread stands still until the answer is there. */
  readonly blocked: boolean;
}

/** A request that the coordinator did not make and so does not wait for. */
const NOBODY = -1;

const sessions = new Map<string, Session>();

process.on('message', (message: ToSqlProcess) => receive(message));
// Without its coordinator the process has no purpose, also where a thread is blocked.
process.on('disconnect', () => process.exit(0));

/** Gives up exchanges that are under way, by number. */
const exchanges = new Map<number, () => void>();
const links = await FunctionLinks.listen({
  linked: (executor) => send({ op: 'linked', executor }),
  unlinked: (executor) => send({ op: 'unlinked', executor }),
});
send({ op: 'ready', link: links?.address });

function receive(message: ToSqlProcess): void {
  switch (message.op) {
    case 'open':
      open(message.session, message.settings);
      send({ op: 'done', id: message.id, rows: undefined });
      return;
    case 'close':
      close(message.session, message.id);
      return;
    case 'work':
      work(message.session, message.request);
      return;
    case 'interrupt':
      interrupt(message.session);
      return;
    case 'answer': {
      const session = sessions.get(message.session);
      if (session !== undefined) answer(session, message.call, message.answer);
      return;
    }
    case 'fetch': {
      const batch = sessions.get(message.session)?.calls.get(message.call)?.batch;
      send({ op: 'batch', fetch: message.fetch, batch });
      return;
    }
    case 'exchange':
      exchange(message);
      return;
    case 'abandon':
      exchanges.get(message.exchange)?.();
      exchanges.delete(message.exchange);
      return;
  }
}

function exchange(message: Extract<ToSqlProcess, { op: 'exchange' }>): void {
  const { exchange: id, session: name, call: callId, executor, functionId } = message;
  const session = sessions.get(name);
  const call = session?.calls.get(callId);
  if (session === undefined || call === undefined || links === undefined) {
    send({ op: 'exchanged', exchange: id, outcome: { kind: 'lost' } });
    return;
  }
  let over = false;
  const abandon = links.call(executor, functionId, call.batch, (outcome) => {
    over = true;
    exchanges.delete(id);
    if (outcome.kind === 'answered') {
      answer(session, callId, { batch: outcome.batch });
      send({ op: 'exchanged', exchange: id, outcome: { kind: 'answered' } });
    } else send({ op: 'exchanged', exchange: id, outcome });
  });
  if (!over) exchanges.set(id, abandon);
}

/**
 * Takes an answer to its thread, and the batch's memory with it, for the next one. A call that is over, or whose session is,
 * has nobody to be answered.
 */
function answer(session: Session, id: number, body: CallAnswer): void {
  const call = session.calls.get(id);
  if (call === undefined) return;
  session.calls.delete(id);
  if (call.blocked) {
    session.answers.postMessage({ call: id, answer: body });
    wakeUp(session);
    return;
  }
  const spare = 'batch' in body ? call.batch : undefined;
  session.worker.postMessage(
    { op: 'answer', call: id, answer: body, spare } satisfies ToSessionThread,
    spare === undefined ? [] : [spare.buffer],
  );
}

function open(name: string, settings: SessionThreadData['settings']): void {
  // One that is opened anew, since it failed: its thread ends as soon as it can.
  const earlier = sessions.get(name);
  if (earlier !== undefined) {
    interruptSession(earlier);
    earlier.worker.postMessage({ op: 'close', id: NOBODY } satisfies ToSessionThread);
  }
  const signal = new SharedArrayBuffer(8);
  const workerData: SessionThreadData = { settings, signal };
  const worker = new Worker(new URL('./session-thread.js', import.meta.url), { workerData });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ op: 'answers', port: port2 }, [port2]);
  const session: Session = {
    worker,
    wake: new Int32Array(signal),
    answers: port1,
    pending: new Set(),
    latest: 0,
    calls: new Map(),
  };
  sessions.set(name, session);
  worker.on('message', (message: FromSessionThread) => {
    if (message.op === 'call') {
      const { call, functionId, batch, blocked } = message;
      session.calls.set(call, { batch, blocked });
      send({ op: 'call', session: name, call, functionId });
      return;
    }
    session.pending.delete(message.id);
    send(message);
  });
  worker.on('error', (error) => failAll(session, error.message));
  worker.on('exit', () => {
    failAll(session, 'the session ended');
    port1.close();
    if (sessions.get(name) === session) sessions.delete(name);
  });
}

function close(name: string, id: number): void {
  const session = sessions.get(name);
  if (session === undefined) {
    send({ op: 'done', id, rows: undefined });
    return;
  }
  sessions.delete(name);
  interruptSession(session);
  session.pending.add(id);
  session.worker.postMessage({ op: 'close', id });
}

function work(name: string, request: Extract<ToSqlProcess, { op: 'work' }>['request']): void {
  const session = sessions.get(name);
  if (session === undefined) {
    send({ op: 'failed', id: request.id, failure: { message: 'the session is closed', cause: 'session' } });
    return;
  }
  session.pending.add(request.id);
  session.latest = request.id;
  session.worker.postMessage(request);
}

function interrupt(name: string): void {
  const session = sessions.get(name);
  if (session !== undefined) interruptSession(session);
}

function interruptSession(session: Session): void {
  Atomics.store(session.wake, 1, session.latest);
  wakeUp(session);
  session.worker.postMessage({ op: 'interrupt' });
}

function wakeUp(session: Session): void {
  Atomics.add(session.wake, 0, 1);
  Atomics.notify(session.wake, 0);
}

function failAll(session: Session, message: string): void {
  for (const id of session.pending) send({ op: 'failed', id, failure: { message, cause: 'session' } });
  session.pending.clear();
}

function send(message: FromSqlProcess): void {
  process.send?.(message);
}
