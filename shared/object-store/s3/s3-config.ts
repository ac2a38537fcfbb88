// What an s3:// URL and the environment say of a store. Pure, but for the certificate's file.
import { readFileSync } from 'node:fs';
import { MlsqlError } from '../../errors.js';
import { checkKey } from '../object-key.js';

export interface S3Config {
  /** `s3://bucket/prefix`. */
  readonly url: string;
  readonly bucket: string;
  /** Of every key, with a slash at its end; empty: none. */
  readonly prefix: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly region: string;
  /** `http://host/bucket/key` rather than `http://bucket.host/key`. */
  readonly pathStyle: boolean;
  /** Certificates to trust beside the machine's own, PEM. */
  readonly ca: string | undefined;
}

export const AWS_HOST = 's3.amazonaws.com';
const REGION_DEFAULT = 'us-east-1';
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Settings: `MLSQL_S3_ENDPOINT` (or `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`; default AWS), `MLSQL_S3_REGION` (or
 * `AWS_REGION`, `AWS_DEFAULT_REGION`; default us-east-1), `MLSQL_S3_FORCE_PATH_STYLE` (default: true where an endpoint is
 * given), `MLSQL_S3_CA` (or `AWS_CA_BUNDLE`), a PEM file.
 * @param url - `s3://bucket` or `s3://bucket/prefix`, taken literally
 * @throws MlsqlError MLSQL_USAGE_INVALID that names the setting
 */
export function s3Config(url: string, env: NodeJS.ProcessEnv): S3Config {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/s.exec(url) ?? [];
  if (!BUCKET.test(bucket) || bucket.includes('..'))
    throw usage(`The store URL "${url}" names no bucket`, 'Write s3://bucket or s3://bucket/prefix.');
  if (path !== '') checkKey(path);
  const endpointName = ['MLSQL_S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].find(
    (name) => env[name],
  );
  const endpoint = endpointOf(
    endpointName,
    endpointName === undefined ? `https://${AWS_HOST}` : env[endpointName]!,
  );
  return {
    url: path === '' ? `s3://${bucket}` : `s3://${bucket}/${path}`,
    bucket,
    prefix: path === '' ? '' : `${path}/`,
    ...endpoint,
    region: env.MLSQL_S3_REGION || env.AWS_REGION || env.AWS_DEFAULT_REGION || REGION_DEFAULT,
    pathStyle: flag(env, 'MLSQL_S3_FORCE_PATH_STYLE', endpoint.host !== AWS_HOST),
    ca: certificates(env),
  };
}

function endpointOf(name: string | undefined, text: string): Pick<S3Config, 'host' | 'port' | 'tls'> {
  const hint =
    'Give the server as http://host:port or https://host:port; bucket and prefix belong into the store URL.';
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol) || parsed.hostname === '')
    throw usage(`${name}="${text}" is no address of a server`, hint);
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.username !== '')
    throw usage(`${name}="${text}" has more than a protocol, a host and a port`, hint);
  const tls = parsed.protocol === 'https:';
  return { host: parsed.hostname, port: Number(parsed.port) || (tls ? 443 : 80), tls };
}

function flag(env: NodeJS.ProcessEnv, name: string, otherwise: boolean): boolean {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  if (/^(true|1|yes)$/i.test(text)) return true;
  if (/^(false|0|no)$/i.test(text)) return false;
  throw usage(`${name}="${text}" is neither true nor false`, `Set ${name} to true or false.`);
}

function certificates(env: NodeJS.ProcessEnv): string | undefined {
  const name = ['MLSQL_S3_CA', 'AWS_CA_BUNDLE'].find((variable) => env[variable]);
  if (name === undefined) return undefined;
  const path = env[name]!;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usage(
      `The certificates of ${name} cannot be read: ${(error as Error).message}`,
      `Set ${name} to a PEM file that this process may read.`,
    );
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw usage(
      `${name} is ${path}, which holds no certificate`,
      'A PEM file has "-----BEGIN CERTIFICATE-----" in it.',
    );
  return text;
}

function usage(message: string, hint: string): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', `${message}.`, { hint });
}
