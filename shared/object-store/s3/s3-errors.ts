// What a server or a connection says, as errors that name the setting to change.
import type { IncomingMessage } from 'node:http';
import { XMLParser } from 'fast-xml-parser';
import { MlsqlError } from '../../errors.js';
import type { S3Config } from './s3-config.js';

/** An answer that is no success. */
export class S3Failure extends Error {
  constructor(
    readonly status: number,
    /** S3's own word, as NoSuchKey; empty where the server gave none. */
    readonly code: string,
    message: string,
    /** Where the bucket lies, if the server told. */
    readonly region: string | undefined,
    /** The answer is none of S3's. */
    readonly foreign: boolean,
  ) {
    super(message);
  }
}

/** So much of an error's text is read. */
const ERROR_MAX_BYTES = 64 * 1024;

const parser = new XMLParser({ parseTagValue: false });

/** Reads the answer's error, and leaves its connection fit for use. */
export async function failureOf(response: IncomingMessage): Promise<S3Failure> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (size < ERROR_MAX_BYTES) pieces.push(piece);
    size += piece.length;
  }
  return parseFailure(response.statusCode ?? 0, response.headers, Buffer.concat(pieces).toString('utf8'));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationTimeStamp */
const SKEW_MAX_MS = 15 * 60_000;

/** @param text - the answer's body; HEAD has none */
export function parseFailure(status: number, headers: IncomingMessage['headers'], text: string): S3Failure {
  let error: Record<string, unknown> | undefined;
  try {
    error = (parser.parse(text) as { Error?: Record<string, unknown> }).Error;
  } catch {
    // No XML: not S3's.
  }
  const word = (name: string): string => (typeof error?.[name] === 'string' ? error[name] : '');
  const header = (name: string): string => String(headers[name] ?? '');
  const region = word('Region') || header('x-amz-bucket-region') || undefined;
  // An answer to HEAD has no words: of a refusal its date tells whether the clocks are the reason.
  const skewed =
    status === 403 && text === '' && Math.abs(Date.parse(header('date')) - Date.now()) > SKEW_MAX_MS;
  const code = word('Code') || header('x-minio-error-code') || (skewed ? 'RequestTimeTooSkewed' : '');
  const foreign = text.trim() !== '' && error === undefined;
  const shown = foreign ? JSON.stringify(text.trim().slice(0, 80)) : '';
  const message = word('Message') || header('x-minio-error-desc') || shown || `status ${status}`;
  return new S3Failure(status, code, message, region, foreign);
}

/** Settings of the store are wrong: no further try helps. */
export function settingsError(message: string, hint: string): MlsqlError {
  return new MlsqlError('MLSQL_STORE_SETTINGS', `The store cannot be used: ${message}.`, { hint });
}

/** What was asked for. */
export interface Asked {
  readonly config: S3Config;
  /** As users of the store know it; undefined: the bucket. */
  readonly key: string | undefined;
}

/**
 * The error as the rest of the product knows it. One that is an MlsqlError, or no failure of a store, is given back.
 */
export function storeError(error: unknown, asked: Asked): unknown {
  if (error instanceof MlsqlError) return error;
  if (error instanceof S3Failure) return answered(error, asked);
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const known =
    CONNECTION[code] ?? (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_)/.test(code) ? untrusted : undefined);
  return known === undefined ? error : known(error as Error, asked.config);
}

const server = ({ tls, host, port }: S3Config): string => `${tls ? 'https' : 'http'}://${host}:${port}`;

function untrusted(error: Error, config: S3Config): MlsqlError {
  return settingsError(
    `the certificate of ${server(config)} is not trusted (${error.message})`,
    'Set MLSQL_S3_CA to a PEM file with the certificate of the authority that signed it, or MLSQL_S3_ENDPOINT to the name that it was made for.',
  );
}

function away(error: Error, config: S3Config): MlsqlError {
  return new MlsqlError('MLSQL_STORE_UNAVAILABLE', `${server(config)} cannot be reached: ${error.message}`, {
    hint: 'Is the server up, and MLSQL_S3_ENDPOINT its address?',
  });
}

const CONNECTION: Record<string, (error: Error, config: S3Config) => MlsqlError> = {
  ...Object.fromEntries(
    [
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
      'EAI_AGAIN',
      'ENETUNREACH',
      'EHOSTUNREACH',
      'ECONNABORTED',
      'UND_ERR_SOCKET',
    ].map((code) => [code, away]),
  ),
  ENOTFOUND: (_error, config) =>
    settingsError(
      `the host ${config.host} is not known`,
      'Set MLSQL_S3_ENDPOINT to the address of the server.',
    ),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  // TLS spoken to a server that does not, or the other way round.
  EPROTO: (error, config) =>
    settingsError(
      `${server(config)} does not speak TLS (${error.message.split('\n')[0]})`,
      'Should MLSQL_S3_ENDPOINT begin with http:// instead of https://?',
    ),
  HPE_INVALID_CONSTANT: (_error, config) =>
    settingsError(
      `${server(config)} does not speak HTTP`,
      'Set MLSQL_S3_ENDPOINT to the S3 port of the server.',
    ),
};

const KEYS_HINT =
  'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile they come from.';

/** By S3's words. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const REFUSALS: Record<string, (failure: S3Failure, asked: Asked) => MlsqlError> = {
  InvalidAccessKeyId: unknownKey,
  // versitygw's word.
  XAdminUserNotFound: unknownKey,
  SignatureDoesNotMatch: (_failure, { config }) =>
    settingsError(`${server(config)} says that the secret key is wrong`, KEYS_HINT),
  ExpiredToken: (_failure, { config }) =>
    settingsError(`the session token for ${server(config)} has expired`, KEYS_HINT),
  InvalidToken: (_failure, { config }) =>
    settingsError(`${server(config)} does not take the session token`, KEYS_HINT),
  InvalidTokenId: (_failure, { config }) =>
    settingsError(`${server(config)} does not take the session token`, KEYS_HINT),
  AccessDenied: ({ message }, { config, key }) =>
    settingsError(
      `${server(config)} denies access to ${key === undefined ? `the bucket ${config.bucket}` : `"${key}" in the bucket ${config.bucket}`} (${message})`,
      'The credentials need to list, read, write and delete below the store URL.',
    ),
  NoSuchBucket: (_failure, { config }) =>
    settingsError(
      `${server(config)} has no bucket ${config.bucket}`,
      'Make the bucket, or set MLSQL_STORE to one that is there; MLSQL_S3_ENDPOINT names the server.',
    ),
  RequestTimeTooSkewed: (_failure, { config }) =>
    settingsError(
      `the clocks of this machine and of ${server(config)} differ by too much`,
      'Set the clock of this machine right (NTP): requests are signed with the time.',
    ),
  AuthorizationHeaderMalformed: wrongRegion,
  PermanentRedirect: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  KeyTooLongError: wrongName,
  InvalidObjectName: wrongName,
  XMinioInvalidObjectName: wrongName,
  InvalidURI: wrongName,
  NoSuchUpload: ({ message }) => unavailable(`an upload was lost (${message})`),
};

function unknownKey(_failure: S3Failure, { config }: Asked): MlsqlError {
  return settingsError(`${server(config)} does not know the access key`, KEYS_HINT);
}

function wrongRegion({ region, message }: S3Failure, { config }: Asked): MlsqlError {
  return settingsError(
    `the bucket ${config.bucket} is not in the region ${config.region} (${message})`,
    `Set MLSQL_S3_REGION${region === undefined ? " to the bucket's region" : `=${region}`}.`,
  );
}

function wrongName({ message }: S3Failure, { key = '' }: Asked): MlsqlError {
  const longest = key.split('/').reduce((a, b) => (Buffer.byteLength(b) > Buffer.byteLength(a) ? b : a), '');
  return new MlsqlError(
    'MLSQL_STORE_PATH_INVALID',
    `The server does not take the name "${key}" (${message}). Its longest part is "${longest}", of ${Buffer.byteLength(longest)} bytes.`,
    { hint: 'Use shorter names, without characters that the server forbids.' },
  );
}

function unavailable(why: string): MlsqlError {
  return new MlsqlError('MLSQL_STORE_UNAVAILABLE', `The store fails: ${why}`);
}

function answered(failure: S3Failure, asked: Asked): MlsqlError {
  const { status, code, message, foreign } = failure;
  const { config, key } = asked;
  if (foreign && status < 500)
    return settingsError(
      `${server(config)} answers as no S3 server does: status ${status}, ${message}`,
      'Set MLSQL_S3_ENDPOINT to the S3 port of the server, not to its console or to a proxy.',
    );
  const refusal = REFUSALS[code];
  if (refusal !== undefined) return refusal(failure, asked);
  if (status === 412)
    return new MlsqlError(
      'MLSQL_STORE_PRECONDITION',
      `"${key}" is not what it was: another writer was first.`,
    );
  if (status === 404 && key !== undefined)
    return new MlsqlError('MLSQL_STORE_NOT_FOUND', `Nothing lies at "/${key}" in the store.`);
  if (status === 403) return REFUSALS.AccessDenied!(failure, asked);
  if (status === 301) return wrongRegion(failure, asked);
  if (status >= 500 || status === 429 || status === 408 || status === 409)
    return unavailable(`${server(config)} answers ${status}${code === '' ? '' : ` ${code}`}: ${message}`);
  return settingsError(
    `${server(config)} refuses a request${key === undefined ? '' : ` for "${key}"`}: ${status} ${code}, ${message}`,
    'See the log of the server.',
  );
}
