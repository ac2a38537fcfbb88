// MlsqlErrors across gRPC: a status with the error as JSON in the trailer `mlsql-error-bin`, and back.
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { z } from 'zod';
import { asMlsqlError, ERROR_KINDS, type ErrorCode, type ErrorDetails, MlsqlError } from '../errors.js';

const TRAILER = 'mlsql-error-bin';

const wireSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  statement: z.number().optional(),
  jobId: z.string().optional(),
  algIndex: z.number().optional(),
  traceback: z.string().optional(),
});

/** The error as a gRPC status that a handler may pass to its callback or emit on its stream. */
export function statusFromError(error: unknown): { code: status; details: string; metadata: Metadata } {
  const known = asMlsqlError(error);
  const { hint, position, statement, jobId, algIndex, traceback } = known.details;
  const wire: z.infer<typeof wireSchema> = {
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
  };
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
    const parsed = wireSchema.safeParse(parseJson(raw.toString('utf8')));
    if (parsed.success && parsed.data.code in ERROR_KINDS) {
      const { code, message, hint, line, column, statement, jobId, algIndex, traceback } = parsed.data;
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
      hint: 'check that it runs and that the address is right (mlsql doctor)',
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

function isServiceError(error: unknown): error is ServiceError {
  return (
    error instanceof Error && 'code' in error && 'metadata' in error && error.metadata instanceof Metadata
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
