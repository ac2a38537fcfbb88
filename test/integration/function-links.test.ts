// Links for function calls, both ends: batches go over, answers come back, and neither end trusts what it is sent.
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FunctionLinks, type LinkOutcome } from '../../coordinator/tables/sql-process/function-links.js';
import { FunctionLink, type LinkHandlers } from '../../executor/functions/function-link.js';
import { createLogger } from '../../shared/logger.js';
import { FRAME_BATCH, FRAME_READY, writeFrame } from '../../shared/rpc/frames.js';
import { socketPath } from '../../shared/rpc/function-link.js';
import type { FunctionReply } from '../../shared/rpc/gen/mlsql/v1/FunctionReply.js';

const log = createLogger('test', 'silent');

let links: FunctionLinks;
let told: string[];
let changed: () => void = () => undefined;
const opened: { close(): void }[] = [];

beforeEach(async () => {
  told = [];
  const tell = (what: string): void => {
    told.push(what);
    changed();
  };
  const made = await FunctionLinks.listen({
    linked: (executor) => tell(`linked ${executor}`),
    unlinked: (executor) => tell(`unlinked ${executor}`),
  });
  if (made === undefined) throw new Error('this system has no abstract sockets');
  links = made;
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function until(what: string): Promise<void> {
  while (!told.includes(what)) await new Promise<void>((resolve) => (changed = resolve));
}

/** An executor that answers with what it was asked, doubled, or as the function's id says. */
async function executor(name: string, over: Partial<LinkHandlers> = {}): Promise<FunctionLink> {
  const handlers: LinkHandlers = {
    call: (_callId, functionId, batch, reply) => {
      if (functionId === 'fails') reply({ error: { code: 'MLSQL_FUNCTION_ROW', message: 'no', row: 2 } });
      else reply({ batch: Buffer.concat([batch, batch]) });
    },
    cancel: () => undefined,
    closed: () => undefined,
    ...over,
  };
  const link = new FunctionLink(links.address, name, handlers, log);
  opened.push(link);
  await until(`linked ${name}`);
  return link;
}

const ask = (name: string, functionId: string, batch: Uint8Array): Promise<LinkOutcome> =>
  new Promise((resolve) => links.call(name, functionId, batch, resolve));

describe('a link', () => {
  it('carries many batches at once, and each answer to its own', async () => {
    await executor('one');
    const sizes = [0, 1, 70_000, 2_000_000, 5];
    const outcomes = await Promise.all(
      sizes.map((size) => ask('one', 'f 中', new Uint8Array(size).fill(size % 7))),
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind !== 'answered') throw new Error(outcome.kind);
      expect(outcome.batch.length).toBe(sizes[index]! * 2);
      expect(new Set(outcome.batch)).toEqual(new Set(sizes[index] === 0 ? [] : [sizes[index]! % 7]));
    }
  });

  it('tells what a function raised, and who is not linked', async () => {
    await executor('one');
    const failed = await ask('one', 'fails', new Uint8Array(1));
    expect(failed.kind === 'failed' && JSON.parse(failed.error)).toMatchObject({ row: 2, message: 'no' });
    expect(await ask('two', 'f', new Uint8Array(1))).toEqual({ kind: 'lost' });
  });

  it('tells of calls that are lost with it, and goes on with a newer one of the same name', async () => {
    const first = await executor('one', { call: () => first.close() });
    expect(await ask('one', 'f', new Uint8Array(1))).toEqual({ kind: 'lost' });
    await until('unlinked one');
    told.length = 0;
    let replaced = false;
    await executor('one', { closed: () => (replaced = true), call: () => undefined });
    const waiting = ask('one', 'f', new Uint8Array(1));
    told.length = 0;
    await executor('one');
    expect(await waiting).toEqual({ kind: 'lost' });
    expect((await ask('one', 'f', new Uint8Array(3))).kind).toBe('answered');
    await new Promise<void>((resolve) => {
      const look = (): void => (replaced ? resolve() : void setImmediate(look));
      look();
    });
  });

  it('passes on that nobody waits any more, and drops a late answer', async () => {
    const replies: ((answer: FunctionReply) => void)[] = [];
    let cancelled = (_callId: number): void => undefined;
    const cancel = new Promise<number>((resolve) => (cancelled = resolve));
    await executor('one', {
      call: (_id, _function, _batch, reply) => void replies.push(reply),
      cancel: (id) => cancelled(id),
    });
    let settled = false;
    const giveUp = links.call('one', 'f', new Uint8Array(1), () => (settled = true));
    giveUp();
    expect(await cancel).toBeGreaterThan(0);
    for (const reply of replies) reply({ batch: Buffer.alloc(1) });
    const next = links.call('one', 'f', new Uint8Array(1), () => undefined);
    next();
    expect(settled).toBe(false);
  });
});

it('takes no answer to a batch that was not read whole', async () => {
  const socket = connect(socketPath(links.address.address));
  opened.push({ close: () => socket.destroy() });
  const hello = { executor: 'hasty', secret: links.address.secret };
  writeFrame(socket, 0, FRAME_READY, [Buffer.from(JSON.stringify(hello))]);
  await until('linked hasty');
  const outcome = ask('hasty', 'f', new Uint8Array(8_000_000));
  // An answer to the first call, and then what is no frame: the link ends behind the answer.
  const said = new PassThrough();
  writeFrame(said, 1, FRAME_BATCH, [new Uint8Array(3)]);
  said.write(Buffer.alloc(20, 255));
  socket.pause().write(said.read() as Buffer);
  expect(await outcome).toEqual({ kind: 'lost' });
});

describe('whoever else connects', () => {
  const stranger = (): { socket: Socket; closed: Promise<void> } => {
    const socket = connect(socketPath(links.address.address));
    socket.on('error', () => undefined);
    opened.push({ close: () => socket.destroy() });
    return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
  };

  it.each([
    [
      'without the secret',
      (socket: Socket) => writeFrame(socket, 0, FRAME_READY, [Buffer.from('{"executor":"x"}')]),
    ],
    [
      'with another secret of the same length',
      (socket: Socket) =>
        writeFrame(socket, 0, FRAME_READY, [
          Buffer.from(JSON.stringify({ executor: 'x', secret: '0'.repeat(64) })),
        ]),
    ],
    [
      'without a name',
      (socket: Socket) =>
        writeFrame(socket, 0, FRAME_READY, [Buffer.from(JSON.stringify({ secret: links.address.secret }))]),
    ],
    [
      'with something else than a hello',
      (socket: Socket) => writeFrame(socket, 0, FRAME_BATCH, [Buffer.from('hi')]),
    ],
    ['with what is no frame', (socket: Socket) => socket.write(Buffer.alloc(100, 255))],
    ['with more than a hello', (socket: Socket) => socket.write(Buffer.alloc(10_000))],
  ])('%s is shown out, and is nobody', async (_, say) => {
    const { socket, closed } = stranger();
    say(socket);
    await closed;
    expect(told).toEqual([]);
  });
});
