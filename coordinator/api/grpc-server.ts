// The gRPC server: our five services behind the token, health in front of it, reflection behind it.
import { Server, ServerCredentials, type ServerInterceptor } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { MlsqlError } from '../../shared/errors.js';
import { CHANNEL_OPTIONS } from '../../shared/rpc/channel.js';
import type { ExecutorsHandlers } from '../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { FilesHandlers } from '../../shared/rpc/gen/mlsql/v1/Files.js';
import type { FunctionsHandlers } from '../../shared/rpc/gen/mlsql/v1/Functions.js';
import type { JobsHandlers } from '../../shared/rpc/gen/mlsql/v1/Jobs.js';
import type { RunsHandlers } from '../../shared/rpc/gen/mlsql/v1/Runs.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';
import type { ServerTls } from '../../shared/rpc/tls.js';
import type { HostPort } from '../config.js';
import type { TokenGuard } from './auth.js';
import { guarded } from './handlers.js';
import { addReflection } from './reflection.js';

/** What executors call. */
const JOINING: ReadonlySet<string> = new Set(['Connect', 'ServeFunctions']);

export interface GrpcServices {
  readonly runs: RunsHandlers;
  readonly jobs: JobsHandlers;
  readonly files: FilesHandlers;
  readonly functions: FunctionsHandlers;
  readonly executors: ExecutorsHandlers;
}

export interface GrpcServer {
  /** `host:port` as it was bound. */
  readonly address: string;
  setServing(serving: boolean): void;
  /** Ends what is open. */
  stop(): void;
}

/** @throws MlsqlError MLSQL_USAGE_INVALID where the address is taken or cannot be bound */
export async function startGrpcServer(
  services: GrpcServices,
  guard: TokenGuard,
  listen: HostPort,
  { tls, interceptors = [] }: { readonly tls?: ServerTls; readonly interceptors?: ServerInterceptor[] } = {},
): Promise<GrpcServer> {
  const server = new Server({ ...CHANNEL_OPTIONS, interceptors });
  const v1 = mlsqlV1();
  server.addService(v1.Runs.service, guarded(guard, services.runs));
  server.addService(v1.Jobs.service, guarded(guard, services.jobs));
  server.addService(v1.Files.service, guarded(guard, services.files));
  server.addService(v1.Functions.service, guarded(guard, services.functions));
  server.addService(v1.Executors.service, guarded(guard, services.executors, JOINING));
  const names = ['Runs', 'Jobs', 'Files', 'Functions', 'Executors'].map((name) => `mlsql.v1.${name}`);
  const health = new HealthImplementation(
    Object.fromEntries(['', ...names].map((name) => [name, 'SERVING' as const])),
  );
  health.addToServer(server);
  addReflection((definition, implementation) =>
    server.addService(definition, guarded(guard, implementation)),
  );
  const port = await bind(server, listen, tls);
  return {
    address: `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`,
    setServing: (serving) => {
      for (const name of ['', ...names]) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    },
    stop: () => server.forceShutdown(),
  };
}

function credentialsOf(tls: ServerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { key, cert, clientCa } = tls;
  return ServerCredentials.createSsl(
    clientCa ?? null,
    [{ private_key: key, cert_chain: cert }],
    clientCa !== undefined,
  );
}

function bind(server: Server, listen: HostPort, tls: ServerTls | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
    server.bindAsync(`${host}:${listen.port}`, credentialsOf(tls), (error, port) => {
      if (error === null) return resolve(port);
      reject(
        new MlsqlError('MLSQL_USAGE_INVALID', `cannot listen on ${host}:${listen.port}: ${error.message}`, {
          hint: 'choose another port; 0 takes any free one',
          cause: error,
        }),
      );
    });
  });
}
