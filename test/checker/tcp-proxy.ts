import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a proxy does with the bytes that arrive from now on. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Nothing passes, and nothing is closed. */
  | { readonly kind: 'stall' }
  /** Requests pass and responses are lost; when the mode ends, so do the connections that have lost some. */
  | { readonly kind: 'lose responses' }
  /** Connections are closed and refused. */
  | { readonly kind: 'cut' };

/** A TCP proxy on loopback that disturbs the connections through it. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #ports: () => readonly number[];
  readonly #connections = new Set<ProxiedConnection>();
  #mode: ProxyMode = { kind: 'pass' };
  #isClosed = false;

  private constructor(ports: () => readonly number[]) {
    this.#ports = ports;
    this.#server = createServer({ allowHalfOpen: true }, (client) => void this.#serve(client));
  }

  /** @param ports where a new connection may go: to the first that accepts it */
  static async start(ports: () => readonly number[]): Promise<TcpProxy> {
    const proxy = new TcpProxy(ports);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  setMode(mode: ProxyMode): void {
    this.#mode = mode;
    for (const connection of this.#connections) connection.setMode(mode);
  }

  /** Closes all connections; new ones are possible at once. */
  closeConnections(): void {
    for (const connection of this.#connections) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#isClosed = true;
    this.#server.close();
    this.closeConnections();
    await closed;
  }

  async #serve(client: Socket): Promise<void> {
    client.on('error', () => client.destroy());
    const upstream = this.#mode.kind === 'cut' ? undefined : await firstAccepting(this.#ports());
    if (upstream === undefined || client.destroyed || this.#isClosed) {
      client.destroy();
      upstream?.destroy();
      return;
    }
    const connection = new ProxiedConnection(client, upstream, this.#mode);
    this.#connections.add(connection);
    client.once('close', () => this.#connections.delete(connection));
  }
}

async function firstAccepting(ports: readonly number[]): Promise<Socket | undefined> {
  for (const port of ports) {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      socket.destroy();
    }
  }
  return undefined;
}

class ProxiedConnection {
  readonly #sockets: readonly Socket[];
  readonly #requests: Pipe;
  readonly #responses: Pipe;

  constructor(client: Socket, upstream: Socket, mode: ProxyMode) {
    this.#sockets = [client, upstream];
    this.#requests = new Pipe(client, upstream, mode);
    this.#responses = new Pipe(upstream, client, mode);
    this.#requests.setMode(mode.kind === 'lose responses' ? { kind: 'pass' } : mode);
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on('error', () => this.close());
      socket.on('close', () => this.close());
    }
  }

  setMode(mode: ProxyMode): void {
    if (mode.kind === 'cut' || (mode.kind !== 'lose responses' && this.#responses.hasLost)) this.close();
    this.#requests.setMode(mode.kind === 'lose responses' ? { kind: 'pass' } : mode);
    this.#responses.setMode(mode);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The bytes of a connection in one direction, in order. */
class Pipe {
  hasLost = false;
  readonly #to: Socket;
  #mode: ProxyMode;
  readonly #waiting: { readonly at: number; readonly write: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, mode: ProxyMode) {
    this.#to = to;
    this.#mode = mode;
    from.on('data', (bytes: Buffer) => this.#push(() => to.write(bytes)));
    from.on('end', () => this.#push(() => to.end()));
  }

  setMode(mode: ProxyMode): void {
    this.#mode = mode;
    this.#flush();
  }

  #push(write: () => void): void {
    if (this.#mode.kind === 'lose responses') {
      this.hasLost = true;
      return;
    }
    const delayMs = this.#mode.kind === 'delay' ? this.#mode.ms : 0;
    this.#waiting.push({ at: performance.now() + delayMs, write });
    this.#flush();
  }

  /** Writes what is due, and waits for the rest. */
  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#mode.kind === 'stall') return;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const waitMs = next.at - performance.now();
      if (waitMs > 0 && this.#mode.kind === 'delay') {
        this.#timer = setTimeout(() => this.#flush(), waitMs);
        return;
      }
      this.#waiting.shift();
      if (!this.#to.destroyed) next.write();
    }
  }
}
