// The first service of the compose stack: what it makes, who may read it, and what a second start leaves alone.
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BUNDLED_ENDPOINT, certsInit, makeSecrets, USERS } from './secrets.mjs';

let folder: string;
let owners: Map<string, number>;
let certified: (readonly string[])[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-secrets-'));
  owners = new Map();
  certified = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (env: Record<string, string> = {}, given = ''): string[] =>
  makeSecrets(folder, env, given, certify, (path: string, user: number) =>
    owners.set(relative(folder, path), user),
  );
/** `mlsql certs init` itself, counted. */
const certify = (to: string, hosts: readonly string[]): void => {
  certified.push(hosts);
  certsInit(to, hosts);
};
const text = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    // The CA and its key are root's, in a folder of their own.
    .filter((file) => !file.startsWith('ca/'))
    .sort();

test('each secret lies in the folder of who reads it, and nobody else can', () => {
  make({ MLSQL_S3_ENDPOINT: BUNDLED_ENDPOINT });
  expect(files()).toEqual([
    'coordinator/ca.crt',
    'coordinator/coordinator.crt',
    'coordinator/coordinator.key',
    'coordinator/join-token',
    'coordinator/s3-keys',
    'coordinator/token',
    'executor/ca.crt',
    'executor/join-token',
    'executor/s3-keys',
    'kafka/kafka-password',
    'minio/minio-password',
    'minio/minio-user',
    'prometheus/ca.crt',
    'prometheus/token',
  ]);
  for (const file of files()) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o400);
  for (const [user, id] of Object.entries(USERS)) {
    expect(statSync(join(folder, user)).mode & 0o777).toBe(0o500);
    expect(owners.get(user)).toBe(id);
  }
  expect(text('coordinator/token')).toMatch(/^[\w-]{43}\n$/);
  expect(text('executor/join-token')).toBe(text('coordinator/join-token'));
  expect(text('executor/join-token')).not.toBe(text('coordinator/token'));
  expect(statSync(join(folder, 'ca')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'ca/ca.key')).mode & 0o777).toBe(0o600);
});

test('a second start changes nothing, and says no secret', () => {
  const first = make({ MLSQL_S3_ENDPOINT: BUNDLED_ENDPOINT });
  const before = files().map((file) => text(file));
  const second = make({ MLSQL_S3_ENDPOINT: BUNDLED_ENDPOINT });
  expect(files().map((file) => text(file))).toEqual(before);
  expect(second).toEqual(['keys of the store: those of the bundled MinIO']);
  const said = [...first, ...second].join('\n');
  for (const file of files().filter((name) => !name.endsWith('s3-keys')))
    expect(said).not.toContain(text(file).trim());
});

test('certificates are for the coordinator by its names, and made anew for other names only', () => {
  make();
  make({ MLSQL_TLS_HOSTS: ' train.example.org, 10.0.0.7 ' });
  make({ MLSQL_TLS_HOSTS: '10.0.0.7' });
  expect(certified).toEqual([['coordinator'], ['coordinator', 'train.example.org', '10.0.0.7']]);
  const certificate = new X509Certificate(text('coordinator/coordinator.crt'));
  for (const host of ['localhost', 'coordinator', 'train.example.org'])
    expect(certificate.checkHost(host)).toBe(host);
  expect(certificate.checkIP('10.0.0.7')).toBe('10.0.0.7');
  expect(certificate.verify(new X509Certificate(text('executor/ca.crt')).publicKey)).toBe(true);
});

test('the bundled MinIO gets its own keys, also where the shell has keys of something else', () => {
  make({ MLSQL_S3_ENDPOINT: BUNDLED_ENDPOINT, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }, 'file');
  expect(text('executor/s3-keys')).toBe(
    `[default]\naws_access_key_id = ${text('minio/minio-user').trim()}\naws_secret_access_key = ${text('minio/minio-password').trim()}\n`,
  );
});

test('for a store of one’s own: the file that is given, else the keys of the shell, else none', () => {
  const env = {
    MLSQL_S3_ENDPOINT: 'https://s3.example.org',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  };
  make(env, '[other]\n');
  expect(text('coordinator/s3-keys')).toBe('[other]\n');
  make({ ...env, AWS_SESSION_TOKEN: 'session' });
  expect(text('coordinator/s3-keys')).toBe(
    '[default]\naws_access_key_id = id\naws_secret_access_key = key\naws_session_token = session\n',
  );
  make({ MLSQL_S3_ENDPOINT: '' });
  expect(files()).not.toContain('coordinator/s3-keys');
  expect(files()).not.toContain('executor/s3-keys');
});
