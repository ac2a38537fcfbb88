import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { FRAME_BATCH, FRAME_ERROR, type Frame, FrameReader, writeFrame } from './frames.js';

function bytesOf(frames: readonly Frame[]): Buffer {
  const output = new PassThrough({ highWaterMark: 1e7 });
  for (const { callId, type, payload } of frames) writeFrame(output, callId, type, payload);
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
