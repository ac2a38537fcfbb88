// MlsqlErrors across gRPC: a status with the error as JSON in the trailer `mlsql-error-bin`, and back.
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { asMlsqlError, ERROR_KINDS, type ErrorCode, type ErrorDetails, MlsqlError } from '../errors.js';

const TRAILER = 'mlsql-error-bin';

/** The trailer's fields and their types; checked by hand, since a schema library would be the slowest part of every start. */
const FIELDS = {
  code: 'string',
  message: 'string',
  hint: 'string',
  line: 'number',
  column: 'number',
  statement: 'number',
  jobId: 'string',
  algIndex: 'number',
  traceback: 'string',
} as const;

type Wire = {
  readonly [F in keyof typeof FIELDS]?: ((typeof FIELDS)[F] extends 'string' ? string : number) | undefined;
};

/** The error as a gRPC status that a handler may pass to its callback or emit on its stream. */
export function statusFromError(error: unknown): { code: status; details: string; metadata: Metadata } {
  const known = asMlsqlError(error);
  const { hint, position, statement, jobId, algIndex, traceback } = known.details;
  const wire = {
    code: known.code,
    message: known.message,
    hint,
    line: position?.line,
    column: position?.column,
    statement,
    jobId,
    algIndex,
    // Trailers are small by nature: 8 KiB for all of them by default.
    traceback: traceback?.slice(-4000),
  } satisfies Wire;
  const metadata = new Metadata();
  metadata.set(TRAILER, Buffer.from(JSON.stringify({ ...wire, message: wire.message.slice(0, 2000) })));
  return {
    code: known.kind.grpc === status.OK ? status.INTERNAL : known.kind.grpc,
    details: known.message.slice(0, 2000),
    metadata,
  };
}

/** The MlsqlError that a failed call carries; one made from the bare status where the peer sent none. */
export function errorFromStatus(error: unknown): MlsqlError {
  if (error instanceof MlsqlError) return error;
  if (!isServiceError(error)) return asMlsqlError(error);
  const raw = error.metadata.get(TRAILER)[0];
  if (raw instanceof Buffer) {
    const wire = parseWire(raw.toString('utf8'));
    if (wire?.code !== undefined && wire.code in ERROR_KINDS) {
      const { code, message = '', hint, line, column, statement, jobId, algIndex, traceback } = wire;
      const details: ErrorDetails = {
        ...(hint !== undefined && { hint }),
        ...(line !== undefined && column !== undefined && { position: { line, column } }),
        ...(statement !== undefined && { statement }),
        ...(jobId !== undefined && { jobId }),
        ...(algIndex !== undefined && { algIndex }),
        ...(traceback !== undefined && { traceback }),
        cause: error,
      };
      return new MlsqlError(code as ErrorCode, message, details);
    }
  }
  if (error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED) {
    return new MlsqlError('MLSQL_CLUSTER_UNREACHABLE', `the coordinator does not answer: ${error.details}`, {
      hint: connectionHint(error.details),
      cause: error,
    });
  }
  if (error.code === status.UNAUTHENTICATED) {
    return new MlsqlError('MLSQL_CLUSTER_UNAUTHENTICATED', 'the cluster does not accept the token', {
      hint: 'set MLSQL_TOKEN or MLSQL_TOKEN_FILE to the token of this cluster',
      cause: error,
    });
  }
  if (error.code === status.CANCELLED)
    return new MlsqlError('MLSQL_RUN_CANCELLED', error.details, { cause: error });
  return new MlsqlError('MLSQL_INTERNAL', `${status[error.code]}: ${error.details}`, { cause: error });
}

/** What to do about a connection that cannot be made, by what the TLS library says of it. */
function connectionHint(details: string): string {
  if (/self[- ]signed|unable to (verify|get)|certificate signature failure/i.test(details))
    return 'its certificate is not trusted: MLSQL_TLS_CA names the file of the CA that made it';
  if (/certificate has expired/i.test(details))
    return 'its certificate, or the one of its CA, has expired: make a new one (mlsql certs init)';
  if (/wrong version number|packet length too long/i.test(details))
    return 'it speaks without TLS: unset MLSQL_TLS, MLSQL_TLS_CA and MLSQL_TLS_CERT';
  if (/altnames|ERR_TLS_CERT_ALTNAME/i.test(details))
    return 'its certificate is for other names: use one of them, or make one that has this name (mlsql certs init --host)';
  if (/alert/i.test(details))
    return 'it asks for a certificate: MLSQL_TLS_CERT and MLSQL_TLS_KEY name one of its CA';
  if (/Failed to connect|ECONNRESET|socket hang up/i.test(details))
    return 'it cut the connection: where it speaks TLS, MLSQL_TLS_CA names the file of its CA, and where it asks for certificates, MLSQL_TLS_CERT and MLSQL_TLS_KEY name one of its CA';
  return 'check that it runs and that the address is right (mlsql doctor)';
}

function isServiceError(error: unknown): error is ServiceError {
  return (
    error instanceof Error && 'code' in error && 'metadata' in error && error.metadata instanceof Metadata
  );
}

/** Undefined where the bytes are no such trailer: the peer may be anything. */
function parseWire(text: string): Wire | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fits = Object.entries(FIELDS).every(([field, type]) => {
    const found = (value as Record<string, unknown>)[field];
    return found === undefined || typeof found === type;
  });
  return fits ? (value as Wire) : undefined;
}
