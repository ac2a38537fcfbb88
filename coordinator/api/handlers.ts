// Turns plain async functions into grpc-js handlers: the token checked first, errors as statuses with their details.
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { statusFromError } from '../../shared/rpc/errors.js';
import { checkProtocol } from '../../shared/rpc/protocol.js';
import type { TokenGuard } from './auth.js';

export function unary<Request, Response>(
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request, call))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(statusFromError(error)),
      );
  };
}

export function clientStream<Request, Response>(
  handle: (call: ServerReadableStream<Request, Response>) => Promise<Response>,
): handleClientStreamingCall<Request, Response> {
  return (call, callback) => {
    handle(call).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusFromError(error)),
    );
  };
}

/** The handler yields messages; the stream waits for the reader, and a reader that leaves aborts the signal. */
export function serverStream<Request, Response>(
  handle: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const abort = new AbortController();
    call.on('cancelled', () => abort.abort());
    pump(call, handle(call.request, abort.signal), abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) call.emit('error', statusFromError(error));
    });
  };
}

async function pump<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  messages: AsyncIterable<Response>,
  signal: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (signal.aborted) return;
    if (!call.write(message)) await drained(call, signal);
  }
  call.end();
}

function drained(call: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
  });
}

const NONE: ReadonlySet<string> = new Set();

type AnyHandler =
  | handleUnaryCall<never, unknown>
  | handleClientStreamingCall<never, unknown>
  | handleServerStreamingCall<never, unknown>
  | handleBidiStreamingCall<never, unknown>;

/**
 * The implementation with token and protocol checked in front of every method.
 * @param joining - methods that a join token opens
 */
export function guarded(
  guard: TokenGuard,
  implementation: object,
  joining: ReadonlySet<string> = NONE,
): UntypedServiceImplementation {
  const result: UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(implementation as Record<string, AnyHandler>)) {
    result[name] = (call: ServerDuplexStream<unknown, unknown>, callback?: (error: object) => void) => {
      try {
        guard.checkCall(call.metadata, joining.has(name) ? 'join' : 'all');
        checkProtocol(call.metadata);
      } catch (error) {
        if (callback !== undefined) callback(statusFromError(error));
        else call.emit('error', statusFromError(error));
        return;
      }
      (handler as (call: unknown, callback: unknown) => void)(call, callback);
    };
  }
  return result;
}
