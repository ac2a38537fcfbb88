// Who may call what: the cluster's token opens everything, a join token what an executor needs, and without either there are
// only the health checks.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import type { TokenSource } from './token-source.js';

/** `all`: clients; `join`: executors. */
export type Right = 'all' | 'join';

/** What callers that show nothing, or the wrong thing, are told to do. */
const HINT =
  'send "authorization: Bearer <token>"; mlsql takes the token from its home, MLSQL_TOKEN or MLSQL_TOKEN_FILE';

/** Compares tokens in constant time. */
export class TokenGuard {
  /**
   * @param cluster - the cluster's tokens; empty: everyone may do everything (--insecure, or mTLS alone)
   * @param join - executors' tokens; undefined: they use the cluster's
   */
  constructor(
    private readonly cluster: TokenSource,
    private readonly join: TokenSource | undefined,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * @param header - of the name `authorization`
   * @param needed - what the call needs
   * @throws MlsqlError MLSQL_CLUSTER_UNAUTHENTICATED, MLSQL_CLUSTER_FORBIDDEN
   */
  check(header: string | undefined, needed: Right = 'all'): void {
    if (this.cluster.isEmpty) return;
    const shown = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
    if (shown === undefined) throw unauthenticated('the call carries no token');
    const digest = sha256(shown);
    const found = (source: TokenSource | undefined) =>
      source?.tokens().find(({ value }) => timingSafeEqual(sha256(value), digest));
    const [token, joining] = [found(this.cluster), found(this.join)];
    const known = token ?? joining;
    if (known === undefined) throw unauthenticated('the token is not one of this cluster');
    if (known.expiresMs !== undefined && known.expiresMs <= this.clock.now())
      throw unauthenticated(`the token expired at ${new Date(known.expiresMs).toISOString()}`);
    if (token === undefined && needed === 'all')
      throw new MlsqlError('MLSQL_CLUSTER_FORBIDDEN', 'a join token opens the cluster to executors only', {
        hint: 'clients need the token of the cluster (MLSQL_TOKEN or MLSQL_TOKEN_FILE)',
      });
  }

  /** The same for the metadata of a gRPC call. */
  checkCall(metadata: Metadata, needed: Right): void {
    const header = metadata.get('authorization')[0];
    this.check(typeof header === 'string' ? header : undefined, needed);
  }
}

function unauthenticated(message: string): MlsqlError {
  return new MlsqlError('MLSQL_CLUSTER_UNAUTHENTICATED', message, { hint: HINT });
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
