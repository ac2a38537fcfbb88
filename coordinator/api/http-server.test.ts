// The HTTP side door against hostile requests: a real server, raw sockets, no cluster behind it.

import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import type { RunManager } from '../runs/run-manager.js';
import { TokenGuard } from './auth.js';
import { predictScript } from './http-scripts.js';
import { createHttpServer } from './http-server.js';
import { TokenSource } from './token-source.js';

const TOKEN = 'secret';
const AUTH = `Authorization: Bearer ${TOKEN}`;

describe('the HTTP server', () => {
  let server: ReturnType<typeof createHttpServer>;
  let port: number;

  beforeEach(async () => {
    server = createHttpServer(
      {
        // No route that these tests reach runs a script.
        runs: undefined as unknown as RunManager,
        guard: new TokenGuard(new TokenSource({ text: TOKEN }, systemClock), undefined, systemClock),
        logger: createLogger('test', 'silent'),
        ready: () => true,
        metrics: () => Promise.resolve({ contentType: 'text/plain', text: 'm 1\n' }),
      },
      { host: '127.0.0.1', port: 0 },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Sends the bytes as they are and gives the answer's first line. */
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += String(chunk);
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(answer.split('\r\n')[0]!));
    });
  const get = (path: string, ...headers: string[]) =>
    raw([`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers, '', ''].join('\r\n'));

  it.each(['//', '/\\', '//[', '/%', '/%zz', '*', '/../../etc/passwd', '/healthz/..'])(
    'outlives the path %s',
    async (path) => {
      expect(await get(path)).toMatch(/ 40[014] /);
      expect(await get('/healthz')).toContain(' 200 ');
    },
  );

  it('answers metrics to the token only, on its own name only, and no page of another site', async () => {
    expect(await get('/metrics')).toContain(' 401 ');
    expect(await get('/metrics', AUTH)).toContain(' 200 ');
    expect(await get('/metrics?x=1', AUTH)).toContain(' 200 ');
    expect(await get('/metrics', AUTH, 'Origin: http://evil.example')).toContain(' 401 ');
    expect(
      await raw(`GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n${AUTH}\r\n\r\n`),
    ).toContain(' 401 ');
    expect(await get('/nothing', AUTH)).toContain(' 404 ');
  });

  it('refuses a body that is too large before reading it', async () => {
    const answer = await raw(
      `POST /run/script HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${AUTH}\r\nContent-Length: 99999999999\r\n\r\n`,
    );
    expect(answer).toContain(' 400 ');
  });
});

describe('a predict request', () => {
  it('becomes a load and the select over it, each on lines of their own', () => {
    const { script, settings, rowLimit } = predictScript(
      'vector',
      '[[1,2],[3,4]]',
      'select f(feature) as p -- note',
    );
    expect(script).toBe(
      'load jsonStr.`__request_data` as __request_data;\nselect f(feature) as p -- note\nfrom __request_data as __request_data_result;',
    );
    expect([settings.__request_data, rowLimit]).toEqual(['{"feature":[1,2]}\n{"feature":[3,4]}', 2]);
  });

  it.each([
    ['vector', '[1]', /data\[0\] is no vector/],
    ['row', '[[1]]', /data\[0\] is no row/],
    ['vector', '{}', /no JSON array/],
    ['vector', '[]', /empty array/],
    ['tensor', '[[1]]', /dataType is "tensor"/],
  ])('of %s with %s says what is wrong', (dataType, data, says) => {
    expect(() => predictScript(dataType, data, 'select 1')).toThrowError(says);
  });
});
