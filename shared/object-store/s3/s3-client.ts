// One request to an S3 server through minio's client, which signs it; sending and judging it is ours. The client's own
// sender would repeat requests whose body is spent, print to the console, lose what a failing server says, and hash each
// body that goes over plain HTTP.
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { Client } from 'minio';
import type { S3Config } from './s3-config.js';
import type { Keys, S3Credentials } from './s3-credentials.js';
import { failureOf, S3Failure, storeError } from './s3-errors.js';

/** A connection on which nothing moves for so long is given up. */
const SILENCE_MS = 30_000;
/** Connections of one process to the server. */
const CONNECTIONS_MAX = 64;
/** Words of a server that other keys may change. */
const KEYS_REFUSED = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'InvalidTokenId',
  'AccessDenied',
]);

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** In the bucket, prefix included; undefined: the bucket itself. */
  readonly object?: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** A stream needs `content-length` among the headers, and is sent once. */
  readonly body?: Buffer | Readable;
  readonly signal?: AbortSignal;
}

/** What minio's request options lack. */
interface Signalled {
  readonly signal?: AbortSignal;
}

class Signer extends Client {
  /** Signs with these from here on. */
  use({ accessKeyId, secretAccessKey, sessionToken }: Keys): void {
    this.accessKey = accessKeyId;
    this.secretKey = secretAccessKey;
    if (sessionToken === undefined) delete this.sessionToken;
    else this.sessionToken = sessionToken;
  }

  protected override getRequestOptions(
    options: Parameters<Client['getRequestOptions']>[0] & Signalled,
  ): ReturnType<Client['getRequestOptions']> {
    const made = super.getRequestOptions(options);
    return options.signal === undefined ? made : Object.assign(made, { signal: options.signal });
  }
}

export class S3Client {
  readonly #signer: Signer;

  constructor(
    readonly config: S3Config,
    private readonly credentials: S3Credentials,
  ) {
    const agentOptions = { keepAlive: true, maxSockets: CONNECTIONS_MAX, scheduling: 'lifo' as const };
    const agent = config.tls
      ? new HttpsAgent({ ...agentOptions, ...(config.ca !== undefined && { ca: trusted(config.ca) }) })
      : new HttpAgent(agentOptions);
    this.#signer = new Signer({
      endPoint: config.host,
      port: config.port,
      useSSL: config.tls,
      region: config.region,
      pathStyle: config.pathStyle,
      // Each request sets its own; without any the client would not sign.
      accessKey: 'none',
      secretKey: 'none',
      transport: { request: send(config.tls) } as unknown as NonNullable<
        ConstructorParameters<typeof Client>[0]['transport']
      >,
      transportAgent: agent,
      retryOptions: { disableRetry: true },
    });
    // The bytes are known by a hash of ours, which every reader checks.
    this.#signer.enableSHA256 = false;
  }

  /**
   * The answer, of a status below 300, with its body to be read.
   * @param key - as users know the object, for errors
   * @throws MlsqlError as `storeError`
   */
  async send(request: S3Request, key: string | undefined): Promise<IncomingMessage> {
    try {
      return await this.sendRaw(request);
    } catch (error) {
      throw storeError(error, { config: this.config, key });
    }
  }

  /**
   * The same, for callers that look at the failure.
   * @throws S3Failure, or what the connection throws
   */
  async sendRaw(request: S3Request): Promise<IncomingMessage> {
    try {
      const keys = await this.credentials.get();
      try {
        return await this.#sendOnce(request, keys);
      } catch (error) {
        const mayPass = error instanceof S3Failure && KEYS_REFUSED.has(error.code) && !isStream(request.body);
        if (!mayPass || !(await this.credentials.replaced(keys))) throw error;
        return await this.#sendOnce(request, await this.credentials.get());
      }
    } catch (error) {
      if (request.signal?.aborted === true) throw request.signal.reason;
      throw error;
    }
  }

  async #sendOnce(request: S3Request, keys: Keys): Promise<IncomingMessage> {
    const { method, object, query = {}, headers = {}, body = '', signal } = request;
    signal?.throwIfAborted();
    const options = {
      method,
      bucketName: this.config.bucket,
      ...(object !== undefined && { objectName: object }),
      query: Object.entries(query)
        .map(([name, value]) => `${name}=${escaped(String(value))}`)
        .join('&'),
      headers: {
        ...headers,
        ...(Buffer.isBuffer(body) && { 'content-length': body.length }),
      },
      ...(signal !== undefined && { signal }),
    };
    this.#signer.use(keys);
    return await this.#signer.makeRequestStreamAsync(options, body, '', [200, 204, 206], this.config.region);
  }
}

const isStream = (body: Buffer | Readable | undefined): boolean =>
  body !== undefined && !Buffer.isBuffer(body);

/** A value of a query, as signature version 4 wants it. */
export const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Our own certificates beside the machine's. */
function trusted(ca: string): string[] {
  return [...rootCertificates, ca];
}

/** `http.request` as the client calls it: an answer that is no success is an error, read to its end. */
function send(tls: boolean) {
  return (options: RequestOptions, answered: (response: IncomingMessage) => void) => {
    const sending = (tls ? httpsRequest : httpRequest)(options, (response) => {
      if ((response.statusCode ?? 0) < 300) answered(response);
      else
        failureOf(response).then(
          (failure) => sending.emit('error', failure),
          (error: unknown) => sending.emit('error', error),
        );
    });
    sending.setTimeout(SILENCE_MS, () =>
      sending.destroy(
        Object.assign(new Error(`no answer for ${SILENCE_MS / 1000} s`), { code: 'ETIMEDOUT' }),
      ),
    );
    return sending;
  };
}
