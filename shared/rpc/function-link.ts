// What is said on a link for function calls, beside batches and answers: docs/function-wire.md.

/** Where a SQL process takes links. */
export interface FunctionLinkAddress {
  /** Name of an abstract Unix socket, without its leading zero byte. */
  readonly address: string;
  /** Shown by whoever connects. */
  readonly secret: string;
}

/** The path that node's net module connects to. */
export const socketPath = (address: string): string => `\0${address}`;

/** First frame on a link, from the executor, as JSON. */
export interface LinkHello {
  readonly executor: string;
  readonly secret: string;
}

/** Longest hello, longest function id. */
export const HELLO_MAX_BYTES = 4096;
export const FUNCTION_ID_MAX_BYTES = 1024;

/** A call's payload: u16 length of the function's id | id | batch. The batch is not copied. */
export function callParts(functionId: string, batch: Uint8Array): [Uint8Array, Uint8Array] {
  const id = Buffer.from(functionId, 'utf8');
  if (id.length > FUNCTION_ID_MAX_BYTES) throw new Error(`a function id of ${id.length} bytes`);
  const head = Buffer.alloc(2 + id.length);
  head.writeUInt16LE(id.length);
  id.copy(head, 2);
  return [head, batch];
}

/** @throws Error where the payload is none of a call's */
export function parseCall(payload: Buffer): { functionId: string; batch: Buffer } {
  const length = payload.length < 2 ? Number.POSITIVE_INFINITY : payload.readUInt16LE(0);
  if (length > FUNCTION_ID_MAX_BYTES || payload.length < 2 + length)
    throw new Error('a call without the id of its function');
  return {
    functionId: payload.toString('utf8', 2, 2 + length),
    batch: payload.subarray(2 + length),
  };
}
