// The stack's first service: makes what is missing of its secrets, each in the folder of the one user who may read it,
// and ends. What is there stays: a second start changes no token and no password, and certificates only before their end.
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** User ids of the images. */
export const USERS = { coordinator: 10001, executor: 10002, minio: 10003, kafka: 10004, prometheus: 10005 };

/** The server of the profile minio, as compose.yaml names it where no other is. */
export const BUNDLED_ENDPOINT = 'http://minio:9000';

/** What is made up once, and who reads it: the first one's file is the one that counts. */
const SECRETS = {
  token: { make: () => randomBytes(32).toString('base64url'), readers: ['coordinator', 'prometheus'] },
  'join-token': { make: () => randomBytes(32).toString('base64url'), readers: ['coordinator', 'executor'] },
  'minio-user': { make: () => `mlsql-${randomBytes(8).toString('hex')}`, readers: ['minio'] },
  'minio-password': { make: () => randomBytes(30).toString('base64url'), readers: ['minio'] },
  'kafka-password': { make: () => randomBytes(30).toString('base64url'), readers: ['kafka'] },
};

/** Of the files of `mlsql certs init`, which go where. The CA's own key stays with root. */
const CERTIFICATES = {
  coordinator: ['ca.crt', 'coordinator.crt', 'coordinator.key'],
  executor: ['ca.crt'],
  prometheus: ['ca.crt'],
};
/** What the coordinator is called, beside localhost. */
const COORDINATOR_HOSTS = ['coordinator'];
const CERTIFICATE_DAYS = 365;
/** Certificates are made anew when they hold no longer than this. */
const RENEW_BEFORE_MS = 60 * 86_400_000;

/** Who speaks to the store. */
const STORE_USERS = ['coordinator', 'executor'];
const S3_KEYS = 's3-keys';

/**
 * Makes the secrets below a folder.
 * @param env - MLSQL_S3_ENDPOINT says whose store it is; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
 *   are the keys of one's own; MLSQL_TLS_HOSTS are further names of the coordinator, with commas between
 * @param given - a credentials file of one's own, in AWS' form; empty: there is none
 * @param certify - makes the files of `mlsql certs init` in a folder, for a coordinator of these names
 * @param owner - sets a file's or folder's owner
 * @returns lines that say what was done, without any secret
 */
export function makeSecrets(folder, env, given, certify = certsInit, owner = chownSync) {
  const said = [];
  for (const user of ['', ...Object.keys(USERS)]) makeFolder(folder, user, owner);
  for (const [name, { make, readers }] of Object.entries(SECRETS)) {
    let value = readOptional(join(folder, readers[0], name))?.trim();
    if (!value) {
      value = make();
      said.push(`${name}: made`);
    }
    for (const reader of readers) writeSecret(join(folder, reader, name), `${value}\n`, USERS[reader], owner);
  }
  const hosts = [...COORDINATOR_HOSTS, ...(env.MLSQL_TLS_HOSTS ?? '').split(',').map((name) => name.trim())];
  if (makeCertificates(join(folder, 'ca'), hosts.filter(Boolean), certify)) said.push('certificates: made');
  for (const [user, names] of Object.entries(CERTIFICATES))
    for (const name of names)
      writeSecret(join(folder, user, name), readOptional(join(folder, 'ca', name)), USERS[user], owner);
  const { text, from } = s3Keys(folder, env, given);
  for (const user of STORE_USERS) {
    const file = join(folder, user, S3_KEYS);
    if (text === undefined) rmSync(file, { force: true });
    else writeSecret(file, text, USERS[user], owner);
  }
  said.push(`keys of the store: ${from}`);
  return said;
}

/** @returns true where certificates were missing, about to end, or for other names */
function makeCertificates(folder, hosts, certify) {
  const pem = readOptional(join(folder, 'coordinator.crt'));
  if (pem !== undefined) {
    const certificate = new X509Certificate(pem);
    const names = hosts.every((host) =>
      isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host),
    );
    if (names && Date.parse(certificate.validTo) - Date.now() > RENEW_BEFORE_MS) return false;
  }
  certify(folder, hosts);
  return true;
}

/** As a user of the command would. */
export function certsInit(folder, hosts) {
  const program = join(dirname(fileURLToPath(import.meta.url)), '../../dist/client/cli/main.js');
  const names = hosts.flatMap((host) => ['--host', host]);
  const args = ['certs', 'init', '--out', folder, '--days', String(CERTIFICATE_DAYS), ...names];
  execFileSync(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The credentials file of coordinator and executors; none where the machine's role or the like has to do. */
function s3Keys(folder, env, given) {
  const read = (name) => readOptional(join(folder, 'minio', name)).trim();
  if (env.MLSQL_S3_ENDPOINT === BUNDLED_ENDPOINT)
    return { text: profile(read('minio-user'), read('minio-password')), from: 'those of the bundled MinIO' };
  if (given.trim() !== '') return { text: given, from: 'MLSQL_S3_CREDENTIALS_FILE' };
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env;
  if (id && secret) return { text: profile(id, secret, token), from: 'AWS_ACCESS_KEY_ID' };
  return { text: undefined, from: 'none given, what the machine provides' };
}

function profile(id, secret, token) {
  const lines = ['[default]', `aws_access_key_id = ${id}`, `aws_secret_access_key = ${secret}`];
  if (token) lines.push(`aws_session_token = ${token}`);
  return `${lines.join('\n')}\n`;
}

/** The folder itself is root's; a user's folder can be entered by that user alone. */
function makeFolder(folder, user, owner) {
  const path = join(folder, user);
  mkdirSync(path, { recursive: true });
  chmodSync(path, user === '' ? 0o755 : 0o500);
  if (user !== '') owner(path, USERS[user], USERS[user]);
}

/** Whole or not at all, and never readable by anybody else in between. */
function writeSecret(file, text, user, owner) {
  if (readOptional(file) === text) return;
  const beside = join(dirname(file), `.${process.pid}.new`);
  rmSync(beside, { force: true });
  writeFileSync(beside, text, { mode: 0o400, flag: 'wx' });
  owner(beside, user, user);
  renameSync(beside, file);
}

function readOptional(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder, given] = process.argv;
  const credentials = given === undefined ? '' : (readOptional(given) ?? '');
  for (const line of makeSecrets(folder, process.env, credentials)) process.stdout.write(`${line}\n`);
}
