// TLS of connections, from files: what a server shows, whom it trusts, what a client shows.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { MlsqlError } from '../errors.js';

/** What a server needs. */
export interface ServerTls {
  readonly key: Buffer;
  /** Its certificate, and those between it and the CA. */
  readonly cert: Buffer;
  /** Whose certificates clients have to show; absent: they show none. */
  readonly clientCa?: Buffer;
}

/** What a client needs. */
export interface ClientTls {
  /** Whom it trusts; absent: the CAs that node brings. */
  readonly ca?: Buffer;
  /** What it shows where the server asks for it. */
  readonly key?: Buffer;
  readonly cert?: Buffer;
}

/** Files by setting; undefined or empty: not given. */
export interface TlsFiles {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly ca: string | undefined;
}

/** Names of the settings, for what is said of them. */
interface Names {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const SERVER: Names = {
  cert: '--tls-cert (MLSQL_TLS_CERT)',
  key: '--tls-key (MLSQL_TLS_KEY)',
  ca: '--tls-client-ca (MLSQL_TLS_CLIENT_CA)',
};
const CLIENT: Names = { cert: 'MLSQL_TLS_CERT', key: 'MLSQL_TLS_KEY', ca: 'MLSQL_TLS_CA' };
const HINT = 'mlsql certs init makes a set of certificates for a test cluster';

/**
 * @returns undefined where nothing is given: plain connections
 * @throws MlsqlError MLSQL_USAGE_INVALID that names the setting: a file that cannot be read, no PEM, expired, or of another key
 */
export function serverTls(files: TlsFiles): ServerTls | undefined {
  const { cert, key, ca } = readFiles(files, SERVER);
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw unusable(`TLS needs both ${SERVER.cert} and ${SERVER.key}`);
  return { cert, key, ...(ca !== undefined && { clientCa: ca }) };
}

/**
 * @param env - MLSQL_TLS_CA, MLSQL_TLS_CERT and MLSQL_TLS_KEY, or MLSQL_TLS=1 for a server whose CA node knows
 * @returns undefined where nothing is given: plain connections
 * @throws MlsqlError as serverTls
 */
export function clientTls(env: Readonly<Record<string, string | undefined>>): ClientTls | undefined {
  const { MLSQL_TLS, MLSQL_TLS_CERT, MLSQL_TLS_KEY, MLSQL_TLS_CA } = env;
  const { cert, key, ca } = readFiles({ cert: MLSQL_TLS_CERT, key: MLSQL_TLS_KEY, ca: MLSQL_TLS_CA }, CLIENT);
  if ((cert === undefined) !== (key === undefined))
    throw unusable(`a client's certificate needs both ${CLIENT.cert} and ${CLIENT.key}`);
  if (ca === undefined && cert === undefined && MLSQL_TLS !== '1') return undefined;
  return { ...(ca && { ca }), ...(cert && key && { cert, key }) };
}

function readFiles(files: TlsFiles, names: Names): { cert?: Buffer; key?: Buffer; ca?: Buffer } {
  const read = (file: string | undefined, name: string): Buffer | undefined => {
    if (!file) return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      throw unusable(`${name} ${file} cannot be read: ${(error as Error).message}`);
    }
  };
  const cert = read(files.cert, names.cert);
  const key = read(files.key, names.key);
  const ca = read(files.ca, names.ca);
  // Of several CAs in a file some may have ended: which one counts shows when a connection is made.
  if (ca !== undefined) certificateOf(ca, names.ca, files.ca!);
  if (cert !== undefined) {
    const { validTo } = certificateOf(cert, names.cert, files.cert!);
    if (Date.parse(validTo) <= Date.now())
      throw unusable(`${names.cert} ${files.cert!} expired at ${validTo}`);
  }
  if (cert !== undefined && key !== undefined)
    try {
      createSecureContext({ cert, key });
    } catch (error) {
      throw unusable(
        `${names.key} ${files.key!} is no key of the certificate ${files.cert!}: ${(error as Error).message}`,
      );
    }
  return { ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) };
}

function certificateOf(pem: Buffer, name: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw unusable(`${name} ${file} is no certificate in PEM: ${(error as Error).message}`);
  }
}

function unusable(message: string): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', message, { hint: HINT });
}
