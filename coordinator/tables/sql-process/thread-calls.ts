// A session thread's calls of registered functions: asked of the coordinator, answered blocking or by promise.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { PayloadMemory } from '../../../shared/rpc/payload-memory.js';
import type { CallAnswer, FailedWork, FromSessionThread, OwnedBytes } from './messages.js';

/** A call has no answer: the function failed, or the statement is being cancelled. */
export class CallFailure extends Error {
  constructor(readonly reason: FailedWork['cause'] & ('function' | 'cancelled')) {
    super(reason === 'function' ? 'a function failed' : 'cancelled');
  }
}

interface PendingCall {
  resolve(batch: Uint8Array): void;
  reject(error: Error): void;
}

export class ThreadCalls {
  /** Where answers to blocked calls arrive. */
  answers: MessagePort | undefined;
  /** For batches; that of answered ones comes back to it. */
  readonly memory = new PayloadMemory();
  readonly #port: MessagePort;
  /** [0] counts wake-ups, [1] is the highest request that is cancelled. */
  readonly #wake: Int32Array;
  readonly #pending = new Map<number, PendingCall>();
  #request = 0;
  #next = 1;

  constructor(port: MessagePort, wake: Int32Array) {
    this.#port = port;
    this.#wake = wake;
  }

  /** Work on a request begins: calls are its own from now on. */
  begin(request: number): void {
    this.#request = request;
  }

  /** Blocks this thread until the answer is there or the statement is cancelled. */
  askBlocking(functionId: string, batch: OwnedBytes): Uint8Array {
    const call = this.#send(functionId, batch, true);
    for (;;) {
      const seen = Atomics.load(this.#wake, 0);
      if (this.isCancelled) throw new CallFailure('cancelled');
      const received = receiveMessageOnPort(this.answers!) as
        | { message: { call: number; answer: CallAnswer } }
        | undefined;
      if (received === undefined) {
        Atomics.wait(this.#wake, 0, seen);
        continue;
      }
      // An answer to a call that was given up belongs to nobody.
      if (received.message.call !== call) continue;
      const { answer } = received.message;
      if ('batch' in answer) return answer.batch;
      throw new CallFailure('function');
    }
  }

  /** Asks without waiting in place. */
  ask(functionId: string, batch: OwnedBytes): Promise<Uint8Array> {
    if (this.isCancelled) return Promise.reject(new CallFailure('cancelled'));
    const call = this.#send(functionId, batch, false);
    return new Promise((resolve, reject) => this.#pending.set(call, { resolve, reject }));
  }

  /**
   * Takes an answer to a call that was not blocking.
   * @param spare - its batch, which nobody needs any more
   */
  receive(call: number, answer: CallAnswer, spare: OwnedBytes | undefined): void {
    if (spare !== undefined) this.memory.giveBack(spare);
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if ('batch' in answer) pending?.resolve(answer.batch);
    else pending?.reject(new CallFailure('function'));
  }

  /** Gives up the calls that wait for an answer. */
  cancel(): void {
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of waiting) call.reject(new CallFailure('cancelled'));
  }

  /** True where the request that is being worked on is cancelled. */
  get isCancelled(): boolean {
    return Atomics.load(this.#wake, 1) >= this.#request;
  }

  #send(functionId: string, batch: OwnedBytes, blocked: boolean): number {
    const call = this.#next++;
    this.#port.postMessage({ op: 'call', call, functionId, batch, blocked } satisfies FromSessionThread, [
      batch.buffer,
    ]);
    return call;
  }
}
