// Stands between a cluster and its S3 server, and takes the server away for a while at a chosen request.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

interface Cut {
  readonly request: RegExp;
  readonly forMs: number;
  begun(): void;
}

export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut: Cut | undefined;
  #awayUntilMs = 0;

  private constructor(private readonly target: number) {
    this.#server = createServer((client) => this.#relay(client));
  }

  static async start(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get isAway(): boolean {
    return Date.now() < this.#awayUntilMs;
  }

  /** At the first request whose line fits, all connections end, and new ones too, for so long. Resolves when it begins. */
  async cutAt(request: RegExp, forMs: number): Promise<void> {
    await new Promise<void>((begun) => {
      this.#cut = { request, forMs, begun };
    });
  }

  async stop(): Promise<void> {
    this.#endAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #endAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #relay(client: Socket): void {
    this.#sockets.add(client);
    client.on('error', () => undefined).on('close', () => this.#sockets.delete(client));
    if (this.isAway) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    server.pipe(client);
    client.on('data', (bytes) => {
      // A request begins a packet of its own: the client waits for each answer.
      const line = bytes.subarray(0, 2_048).toString('latin1').split('\r\n')[0]!;
      if (this.#cut?.request.test(line) === true) {
        this.#awayUntilMs = Date.now() + this.#cut.forMs;
        this.#cut.begun();
        this.#cut = undefined;
        this.#endAll();
        return;
      }
      server.write(bytes);
    });
  }
}
