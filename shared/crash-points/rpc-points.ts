// The points of the network: before and after each message that a process sends or receives, named by the method and what
// the message carries. What was sent may still lie in the process's own buffers a moment later, and is then lost with it.
import {
  InterceptingCall,
  type Interceptor,
  ServerInterceptingCall,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import type { CrashPoints } from './crash-points.js';

type Pass = (message: unknown, next: (message: unknown) => void) => void;

/** For a client's calls; none without points. */
export function clientCrashPoints(points: CrashPoints | undefined): Interceptor[] {
  if (points === undefined) return [];
  return [
    (options, nextCall) => {
      const { send, receive } = passes(points, options.method_definition);
      return new InterceptingCall(nextCall(options), {
        start: (metadata, _listener, next) => next(metadata, { onReceiveMessage: receive }),
        sendMessage: send,
      });
    },
  ];
}

/** For a server's answers; none without points. */
export function serverCrashPoints(points: CrashPoints | undefined): ServerInterceptor[] {
  if (points === undefined) return [];
  return [
    (method, call) => {
      const { send, receive } = passes(points, method);
      return new ServerInterceptingCall(call, {
        start: (next) => next({ onReceiveMessage: receive }),
        sendMessage: send,
      });
    },
  ];
}

interface Method {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

function passes(points: CrashPoints, method: Method): { send: Pass; receive: Pass } {
  const name = method.path.slice(method.path.lastIndexOf('.') + 1);
  const streams = method.requestStream || method.responseStream;
  const pass =
    (way: 'send' | 'receive'): Pass =>
    (message, next) => {
      const kind = streams ? kindOfMessage(message) : undefined;
      const reach = (when: string): void =>
        points.reach(`rpc.${way}:${when}:${name}${kind === undefined ? '' : `:${kind}`}`);
      reach('before');
      next(message);
      setImmediate(() => reach('after'));
    };
  return { send: pass('send'), receive: pass('receive') };
}

/** The part of a stream's message that says what it is: `assign`, or `attempt/running`; undefined where there is none. */
function kindOfMessage(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  for (const [name, part] of Object.entries(message)) {
    if (typeof part !== 'object' || part === null || Array.isArray(part) || ArrayBuffer.isView(part))
      continue;
    const { phase } = part as { phase?: unknown };
    return typeof phase === 'string' ? `${name}/${phase}` : name;
  }
  return undefined;
}
