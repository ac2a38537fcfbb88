// A small CA for a test cluster, and certificates of its: for the coordinator by its names, for executors, for clients.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import { makeFolder } from '../../shared/make-folder.js';

const CA_DAYS = 3_650;
const DAY_MS = 86_400_000;
/** Clocks of two machines differ. */
const BEFORE_MS = 3_600_000;
const HOSTS = ['localhost', '127.0.0.1', '::1'];

/** Who gets a certificate, and the files that each one's settings name. */
const HOLDERS = ['coordinator', 'executor', 'client'] as const;

export interface CertificateRequest {
  /** Made where it is missing, for this user only. */
  readonly folder: string;
  /** Further names and addresses that the coordinator is reached by. */
  readonly hosts: readonly string[];
  /** How long the certificates hold; the CA holds for ten years. */
  readonly days: number;
}

/**
 * Makes `ca.crt` and `ca.key` where both are missing, and anew `<holder>.crt` and `<holder>.key` of coordinator, executor and
 * client.
 * @returns the names of the files that were written
 * @throws MlsqlError MLSQL_USAGE_INVALID where the folder cannot be used or holds a CA that is none
 */
export async function makeCertificates({
  folder,
  hosts,
  days,
}: CertificateRequest): Promise<readonly string[]> {
  try {
    makeFolder(folder, 0o700);
    const written: string[] = [];
    const ca = await authority(folder, written);
    const names = [...new Set([...HOSTS, ...hosts])];
    for (const holder of HOLDERS) {
      const made = await generate(`mlsql ${holder}`, days, {
        ca,
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: holder === 'coordinator', clientAuth: holder !== 'coordinator' },
          { name: 'subjectAltName', altNames: (holder === 'coordinator' ? names : [holder]).map(altName) },
        ],
      });
      write(folder, `${holder}.key`, made.private, written);
      write(folder, `${holder}.crt`, made.cert, written);
    }
    return written;
  } catch (error) {
    if (error instanceof MlsqlError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new MlsqlError('MLSQL_USAGE_INVALID', `${folder} cannot be used: ${(error as Error).message}`, {
      hint: 'name another folder with --out',
      cause: error,
    });
  }
}

async function authority(folder: string, written: string[]): Promise<{ cert: string; key: string }> {
  const [certFile, keyFile] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  if (existsSync(certFile) && existsSync(keyFile)) {
    const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
    if (!isPair(cert, key))
      throw new MlsqlError('MLSQL_USAGE_INVALID', `${certFile} and ${keyFile} are no CA and its key`, {
        hint: 'move them away, or name another folder with --out',
      });
    return { cert, key };
  }
  for (const [there, missing] of [
    [certFile, keyFile],
    [keyFile, certFile],
  ] as const)
    if (existsSync(there))
      throw new MlsqlError('MLSQL_USAGE_INVALID', `${there} is there, and ${missing} is not`, {
        hint: 'bring it back, move the other one away, or name another folder with --out',
      });
  const made = await generate('mlsql CA', CA_DAYS, {
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  write(folder, 'ca.key', made.private, written);
  write(folder, 'ca.crt', made.cert, written);
  return { cert: made.cert, key: made.private };
}

function isPair(cert: string, key: string): boolean {
  try {
    const certificate = new X509Certificate(cert);
    return certificate.ca && certificate.publicKey.equals(createPublicKey(key));
  } catch {
    return false;
  }
}

async function generate(
  commonName: string,
  days: number,
  options: Pick<import('selfsigned').SelfsignedOptions, 'ca' | 'extensions'>,
): Promise<{ private: string; cert: string }> {
  const { generate: make } = await import('selfsigned');
  return make([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - BEFORE_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    ...options,
  });
}

const altName = (host: string): { type: 2; value: string } | { type: 7; ip: string } =>
  isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };

function write(folder: string, name: string, content: string, written: string[]): void {
  const file = join(folder, name);
  // The mode counts for new files only.
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode: name.endsWith('.key') ? 0o600 : 0o644 });
  written.push(name);
}
