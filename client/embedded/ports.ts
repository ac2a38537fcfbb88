// Which loopback ports an embedded cluster takes.
import { createServer } from 'node:net';
import { MlsqlError } from '../../shared/errors.js';

export const LOOPBACK = '127.0.0.1';
export const GRPC_PORT_DEFAULT = 50_051;
export const HTTP_PORT_DEFAULT = 9003;

export interface PortChoice {
  readonly port: number;
  /** True: it was picked because it was free, and another will do. */
  readonly free: boolean;
}

/**
 * The port to listen on.
 * @param wanted - a port, 0 for any free one, undefined for the default if it is free, else any
 * @throws MlsqlError MLSQL_USAGE_INVALID where a port that was asked for is taken
 */
export async function choosePort(
  flag: string,
  wanted: number | undefined,
  usual: number,
): Promise<PortChoice> {
  const asked = wanted ?? usual;
  const port = await tryPort(asked);
  if (port !== undefined) return { port, free: asked === 0 || wanted === undefined };
  if (wanted !== undefined) {
    throw new MlsqlError('MLSQL_USAGE_INVALID', `${flag} ${wanted}: the port is taken or may not be used`, {
      hint: `say ${flag} 0 for any free one`,
    });
  }
  return { port: (await tryPort(0))!, free: true };
}

/** The port, if it can be listened on now; 0 finds one. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
