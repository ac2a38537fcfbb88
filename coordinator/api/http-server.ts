// The HTTP side door: health, metrics, and the two routes that users of the original call.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { asMlsqlError, type ErrorKind, MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { ServerTls } from '../../shared/rpc/tls.js';
import type { HostPort } from '../config.js';
import { isLoopback } from '../config.js';
import type { RunManager } from '../runs/run-manager.js';
import type { TokenGuard } from './auth.js';
import { predictScript, runScriptForRows, type ScriptRows } from './http-scripts.js';

export interface HttpDeps {
  readonly runs: RunManager;
  readonly guard: TokenGuard;
  readonly logger: Logger;
  /** False until the coordinator takes work, and again while it stops. */
  readonly ready: () => boolean;
  /** The metrics page in Prometheus' text format. */
  readonly metrics: () => Promise<{ contentType: string; text: string }>;
}

/** Longest request body. */
const BODY_MAX_BYTES = 32 * 1024 * 1024;

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The server, not yet listening. */
export function createHttpServer(deps: HttpDeps, bind: HostPort, tls?: ServerTls): Server {
  const open: Record<string, Route> = {
    'GET /healthz': async (_, response) => send(response, 200, 'text/plain', 'ok\n'),
    'GET /readyz': async (_, response) =>
      deps.ready()
        ? send(response, 200, 'text/plain', 'ready\n')
        : send(response, 503, 'text/plain', 'not ready\n'),
  };
  const guarded: Record<string, Route> = {
    'GET /metrics': async (_, response) => {
      const { contentType, text } = await deps.metrics();
      send(response, 200, contentType, text);
    },
    'POST /run/script': async (request, response) => {
      const form = await readForm(request);
      sendRows(
        response,
        await runScriptForRows(deps.runs, { script: required(form, 'sql'), signal: abortOf(response) }),
      );
    },
    'POST /model/predict': async (request, response) => {
      const form = await readForm(request);
      const job = predictScript(
        form.get('dataType') ?? 'vector',
        required(form, 'data'),
        required(form, 'sql'),
      );
      sendRows(
        response,
        await runScriptForRows(deps.runs, { ...job, ephemeral: true, signal: abortOf(response) }),
      );
    },
  };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    // Taken as text: what a client sends here need not be a URL at all.
    const name = `${request.method} ${(request.url ?? '/').split('?', 1)[0]}`;
    const handle = async (): Promise<void> => {
      const openRoute = open[name];
      if (openRoute !== undefined) return openRoute(request, response);
      checkSite(request, bind);
      try {
        deps.guard.check(request.headers.authorization);
      } catch (error) {
        response.setHeader('WWW-Authenticate', 'Bearer');
        throw error;
      }
      const route = guarded[name];
      if (route === undefined)
        return sendJson(response, 404, {
          code: 'MLSQL_USAGE_INVALID',
          message: `no route ${name}`,
          hint: `there are ${[...Object.keys(open), ...Object.keys(guarded)].join(', ')}`,
        });
      return route(request, response);
    };
    handle().catch((thrown: unknown) => {
      const error = asMlsqlError(thrown);
      if (error.code === 'MLSQL_INTERNAL')
        deps.logger.error({ err: thrown, route: name }, 'request failed by a defect');
      if (response.headersSent) return void response.destroy();
      const { hint, position, traceback } = error.details;
      sendJson(response, httpStatus(error.kind), {
        code: error.code,
        message: error.message,
        hint,
        ...position,
        traceback,
      });
    });
  };
  if (tls === undefined) return createServer(serve);
  const { key, cert, clientCa } = tls;
  return createTlsServer({ key, cert, ...(clientCa && { ca: clientCa, requestCert: true }) }, serve);
}

/** A page of another site in the user's browser must not reach a server on his machine (DNS rebinding, cross-site posts). */
function checkSite(request: IncomingMessage, bind: HostPort): void {
  const host = request.headers.host ?? '';
  const hostName = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (isLoopback(bind.host) && !isLoopback(hostName)) {
    throw new MlsqlError(
      'MLSQL_CLUSTER_UNAUTHENTICATED',
      `the request names the host "${host}", which this server is not`,
    );
  }
  const origin = request.headers.origin;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    throw new MlsqlError('MLSQL_CLUSTER_UNAUTHENTICATED', `a page of ${origin} may not call this server`);
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = Number(request.headers['content-length'] ?? 0);
  if (size > BODY_MAX_BYTES) throw tooLarge();
  size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_MAX_BYTES) throw tooLarge();
    chunks.push(chunk as Buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function tooLarge(): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', `the request is larger than ${BODY_MAX_BYTES} bytes`, {
    hint: 'put the data into the store and load it',
  });
}

function required(form: URLSearchParams, field: string): string {
  const value = form.get(field);
  if (value === null || value === '')
    throw new MlsqlError('MLSQL_USAGE_INVALID', `the form field "${field}" is missing`, {
      hint: 'send application/x-www-form-urlencoded',
    });
  return value;
}

function abortOf(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  response.on('close', () => abort.abort());
  return abort.signal;
}

function httpStatus(kind: ErrorKind): number {
  const byGrpc: Record<number, number> = {
    3: 400,
    5: 404,
    6: 409,
    7: 403,
    8: 429,
    9: 422,
    12: 501,
    14: 503,
    16: 401,
  };
  return byGrpc[kind.grpc] ?? 500;
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { 'Content-Type': contentType, 'X-Content-Type-Options': 'nosniff' }).end(text);
}

/** Rows go out as the engine wrote them: every digit of a large number is there. */
function sendRows(response: ServerResponse, { rowsJson, rowCount, truncated }: ScriptRows): void {
  response.setHeader('X-MLSQL-Row-Count', String(rowCount));
  response.setHeader('X-MLSQL-Truncated', String(truncated));
  send(response, 200, 'application/json; charset=utf-8', `[${rowsJson.join(',')}]`);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
}
