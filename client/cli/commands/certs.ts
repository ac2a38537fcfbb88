// `mlsql certs init`: certificates for a test cluster, and the settings that name them.
import { resolve } from 'node:path';
import { asMlsqlError } from '../../../shared/errors.js';
import { makeCertificates } from '../../certificates/make-certificates.js';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from '../exit-codes.js';
import type { Streams } from '../output/run-output.js';
import { showError } from '../output/show-error.js';

export interface CertsOptions {
  readonly out: string;
  readonly host: readonly string[];
  readonly days: number;
  readonly json?: boolean;
}

/** @returns the exit code */
export async function certsInit(options: CertsOptions, streams: Streams): Promise<number> {
  const folder = resolve(options.out);
  try {
    const files = await makeCertificates({ folder, hosts: options.host, days: options.days });
    streams.stdout.write(
      options.json === true
        ? `${JSON.stringify({ folder, files })}\n`
        : `${folder}: ${files.join(', ')}

coordinator  --tls-cert ${folder}/coordinator.crt --tls-key ${folder}/coordinator.key [--tls-client-ca ${folder}/ca.crt]
executor     --tls-ca ${folder}/ca.crt [--tls-cert ${folder}/executor.crt --tls-key ${folder}/executor.key]
mlsql        MLSQL_TLS_CA=${folder}/ca.crt [MLSQL_TLS_CERT=${folder}/client.crt MLSQL_TLS_KEY=${folder}/client.key]

In brackets: where the coordinator asks for clients' certificates (mTLS). Keep ca.key away from the cluster.
`,
    );
    return EXIT_OK;
  } catch (thrown) {
    const error = asMlsqlError(thrown);
    showError(error, options.json === true, streams);
    return error.code === 'MLSQL_USAGE_INVALID' ? EXIT_USAGE : EXIT_FAILED;
  }
}
