import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { choosePort, LOOPBACK } from './ports.js';

async function taken(): Promise<{ port: number; free: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return { port: (server.address() as { port: number }).port, free: () => server.close() };
}

it('takes any free port for 0, and for a default that is taken', async () => {
  const { port, free } = await taken();
  expect(await choosePort('--grpc-port', 0, port)).toMatchObject({ free: true, port: expect.any(Number) });
  const chosen = await choosePort('--grpc-port', undefined, port);
  expect(chosen.port).not.toBe(port);
  expect(chosen.free).toBe(true);
  free();
});

it('refuses a port that was asked for and is taken, by its flag', async () => {
  const { port, free } = await taken();
  await expect(choosePort('--http-port', port, 9003)).rejects.toMatchObject({
    code: 'MLSQL_USAGE_INVALID',
    message: expect.stringContaining(`--http-port ${port}`),
  });
  free();
  expect(await choosePort('--http-port', port, 9003)).toEqual({ port, free: false });
});
