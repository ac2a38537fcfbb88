import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { FRAME_BATCH, FRAME_ERROR, type Frame, FrameReader, writeFrame } from './frames.js';
import { PayloadMemory } from './payload-memory.js';

function bytesOf(frames: readonly Frame[]): Buffer {
  const output = new PassThrough({ highWaterMark: 1e7 });
  for (const { callId, type, payload } of frames) writeFrame(output, callId, type, [payload]);
  return output.read() as Buffer;
}

const frames: Frame[] = [
  { callId: 1, type: FRAME_BATCH, payload: Buffer.from('hello') },
  { callId: 2 ** 40, type: FRAME_ERROR, payload: Buffer.alloc(0) },
  { callId: 3, type: FRAME_BATCH, payload: Buffer.alloc(100_000, 7) },
];

test.each([1, 3, 13, 64 * 1024, 1e6])('frames arrive whole in chunks of %d bytes', (chunkBytes) => {
  const bytes = bytesOf(frames);
  const arrived: Frame[] = [];
  const reader = new FrameReader((frame) => arrived.push(frame));
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  expect(arrived).toEqual(frames);
});

test.each([1, 3, 13, 64 * 1024, 1e6])(
  'frames arrive whole where %d bytes are read into their place',
  (readBytes) => {
    const long = { callId: 4, type: FRAME_BATCH, payload: Buffer.alloc(300_000, 9) };
    const bytes = bytesOf([...frames, long, frames[0]!]);
    const arrived: Frame[] = [];
    const reader = new FrameReader((frame) => arrived.push(frame), new PayloadMemory());
    for (let at = 0; at < bytes.length; ) {
      const space = reader.space();
      const count = bytes.copy(space, 0, at, at + readBytes);
      reader.filled(count, space);
      at += count;
    }
    expect(arrived.map(({ payload }) => payload.length)).toEqual([5, 0, 100_000, 300_000, 5]);
    expect(bytesOf(arrived).equals(bytes)).toBe(true);
  },
);

test('what is read next lies elsewhere than a payload that is still used', () => {
  const bytes = bytesOf([frames[2]!, { ...frames[2]!, payload: Buffer.alloc(100_000, 8) }]);
  const memory = new PayloadMemory();
  const arrived: Frame[] = [];
  const reader = new FrameReader((frame) => arrived.push(frame), memory);
  reader.push(bytes);
  expect(arrived.map(({ payload }) => payload[99_999])).toEqual([7, 8]);
  memory.giveBack(arrived[0]!.payload);
  reader.push(bytes);
  expect(arrived[2]!.payload.buffer).toBe(arrived[0]!.payload.buffer);
  expect(arrived[1]!.payload[0]).toBe(8);
});

test('a sender is told when its payload is written, and not where it never is', async () => {
  const told: number[] = [];
  /** Says that a part is written. */
  let written = (): void => undefined;
  let parts = 0;
  const output = new Writable({
    write: (_chunk, _encoding, done) => {
      parts += 1;
      written = done;
    },
  });
  for (const call of [1, 2])
    writeFrame(output, call, FRAME_BATCH, [Buffer.alloc(5), Buffer.alloc(5)], () => told.push(call));
  while (parts < 3) written();
  expect(told).toEqual([]);
  written();
  await expect.poll(() => told).toEqual([1]);
  output.on('error', () => undefined);
  const closed = once(output, 'close');
  output.destroy();
  await closed;
  expect(told).toEqual([1]);
});

test('the layout is the one that workers read', () => {
  expect([...bytesOf([{ callId: 258, type: 2, payload: Buffer.from([9]) }])]).toEqual([
    10, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 2, 9,
  ]);
});

test('an impossible length is refused, not allocated', () => {
  const reader = new FrameReader(() => {});
  expect(() => reader.push(Buffer.from([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0]))).toThrow(
    /4294967295/,
  );
  expect(() => new FrameReader(() => {}).push(Buffer.alloc(13))).toThrow();
});
