import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { join } from 'node:path';

const SCRIPT = readFileSync(join(import.meta.dirname, 'attack.js'), 'utf8');

/**
 * A web site with the script `attack.js`. After {@link rebind} its port leads to a gateway, as if the site's name had
 * been pointed at this machine: the page is then of the same origin as the gateway.
 */
export class HostileSite implements AsyncDisposable {
  #gatewayPort: number | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #http = createServer((_, response) => {
    // so that the next request comes on a new connection
    response.writeHead(200, { 'Content-Type': 'text/html', Connection: 'close' });
    response.end(
      `<!doctype html><title>page</title><link rel="icon" href="data:,"><body><script>${SCRIPT}</script>`,
    );
  });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<HostileSite> {
    const server = createTcpServer();
    const site = new HostileSite(server);
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      site.#sockets.add(socket);
      socket.once('close', () => site.#sockets.delete(socket));
      if (site.#gatewayPort === undefined) {
        site.#http.emit('connection', socket);
        return;
      }
      const gateway = connect(site.#gatewayPort, '127.0.0.1');
      gateway.on('error', () => undefined);
      socket.pipe(gateway).pipe(socket);
      socket.once('close', () => gateway.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return site;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  rebind(gatewayUrl: string): void {
    this.#gatewayPort = Number(new URL(gatewayUrl).port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.server, 'close');
  }
}
