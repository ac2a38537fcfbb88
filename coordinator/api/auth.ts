// Who may call: everyone who knows the token, and without it only the health checks.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { MlsqlError } from '../../shared/errors.js';

/** Compares tokens in constant time. */
export class TokenGuard {
  readonly #hash: Buffer | undefined;

  /** @param token - the cluster's token; empty: everyone may call (--insecure) */
  constructor(token: string) {
    this.#hash = token === '' ? undefined : sha256(token);
  }

  /** True where the `Authorization` header's value carries the token. */
  allows(header: string | undefined): boolean {
    if (this.#hash === undefined) return true;
    const match = /^Bearer +(\S+)$/i.exec(header ?? '');
    return match?.[1] !== undefined && timingSafeEqual(sha256(match[1]), this.#hash);
  }

  /** @throws MlsqlError MLSQL_CLUSTER_UNAUTHENTICATED */
  check(metadata: Metadata): void {
    const header = metadata.get('authorization')[0];
    if (this.allows(typeof header === 'string' ? header : undefined)) return;
    throw new MlsqlError('MLSQL_CLUSTER_UNAUTHENTICATED', 'the call carries no token, or a wrong one', {
      hint: 'send the metadata "authorization: Bearer <token>"; mlsql takes the token from its home, MLSQL_TOKEN or MLSQL_TOKEN_FILE',
    });
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
