import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { Queue } from './queue.js';

/** One request as a backend behind TLS received it. */
export interface ReceivedByTls {
  /** The name in the client's SNI; `false` if it sent none, as for an IP address. */
  readonly serverName: string | false;
  /** The `Host` header. */
  readonly host: string | undefined;
}

/** An HTTPS server with a self-signed certificate, which responds with an empty 200. */
export class TlsBackend implements AsyncDisposable {
  /** The requests that it has received: those for which a handshake succeeded. */
  readonly received = new Queue<ReceivedByTls>('a request to the backend');

  private constructor(
    private readonly server: Server,
    /** In PEM: the certificate to trust. */
    readonly certificate: string,
  ) {}

  /** @param name the only name, or IPv4 address, for which the certificate is valid */
  static async start(name: string): Promise<TlsBackend> {
    const isAddress = /^[\d.]+$/.test(name);
    const pair = await generate([{ name: 'commonName', value: name }], {
      extensions: [
        { name: 'subjectAltName', altNames: [isAddress ? { type: 7, ip: name } : { type: 2, value: name }] },
      ],
    });
    const server = createServer({ cert: pair.cert, key: pair.private }, (request, response) => {
      const { servername } = request.socket as TLSSocket & { readonly servername: string | false };
      backend.received.push({ serverName: servername, host: request.headers.host });
      request.resume().once('end', () => response.end());
    });
    const backend = new TlsBackend(server, pair.cert);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return backend;
  }

  /** `127.0.0.1:PORT` */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
