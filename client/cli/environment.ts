// What the command line reads from the environment, in one place.
import { readFileSync } from 'node:fs';
import { MlsqlError } from '../../shared/errors.js';
import { type ClientTls, clientTls } from '../../shared/rpc/tls.js';
import { tokenToSend } from '../../shared/tokens.js';

export interface Environment {
  /** MLSQL_CLUSTER, HOST:PORT. */
  readonly cluster: string | undefined;
  /** MLSQL_TOKEN, else the content of MLSQL_TOKEN_FILE. */
  readonly token: string | undefined;
  /** MLSQL_TLS_CA, MLSQL_TLS_CERT and MLSQL_TLS_KEY, or MLSQL_TLS=1; undefined: plain connections. */
  readonly tls: ClientTls | undefined;
}

/** @throws MlsqlError MLSQL_USAGE_INVALID for a token file that cannot be read */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const tokenFile = env.MLSQL_TOKEN_FILE;
  return {
    cluster: env.MLSQL_CLUSTER || undefined,
    token: env.MLSQL_TOKEN || (tokenFile ? readTokenFile(tokenFile) : undefined),
    tls: clientTls(env),
  };
}

function readTokenFile(file: string): string {
  try {
    return tokenToSend(readFileSync(file, 'utf8'), Date.now());
  } catch (error) {
    throw new MlsqlError(
      'MLSQL_USAGE_INVALID',
      `MLSQL_TOKEN_FILE ${file} cannot be read: ${(error as Error).message}`,
      {
        hint: 'name a file that holds the token of the cluster',
      },
    );
  }
}
