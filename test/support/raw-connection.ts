import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body, where it is JSON. */
  json(): unknown;
}

/** A TCP connection to a server, for what no HTTP client would send. */
export class RawConnection implements Disposable {
  /** What has arrived and was not taken by {@link response}. */
  received = '';
  /** Settles when both halves are closed, however that came about. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (this.received += text));
    // a reset shows in `closed`
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Writes when the server has room for it. */
  async send(bytes: Uint8Array): Promise<void> {
    const isTaken = new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
    await Promise.race([isTaken, this.closed]);
  }

  /** Closes the sending half only. */
  end(): void {
    this.#socket.end();
  }

  /** Takes nothing more of what the server sends. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Waits for that text, and takes everything up to its end. */
  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) await this.#more();
    const end = this.received.indexOf(text) + text.length;
    const taken = this.received.slice(0, end);
    this.received = this.received.slice(end);
    return taken;
  }

  /** The next response, which has a Content-Length. */
  async response(): Promise<RawResponse> {
    const [statusLine = '', ...lines] = (await this.until('\r\n\r\n')).trimEnd().split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers['content-length'] ?? 0);
    while (this.received.length < length) await this.#more();
    const body = this.received.slice(0, length);
    this.received = this.received.slice(length);
    return {
      status: Number(statusLine.split(' ')[1]),
      headers,
      body,
      json: () => JSON.parse(body) as unknown,
    };
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #more(): Promise<void> {
    const isClosed = await Promise.race([
      once(this.#socket, 'data').then(() => false),
      this.closed.then(() => true),
    ]);
    if (isClosed)
      throw new Error(`the connection was closed; what had come: ${JSON.stringify(this.received)}`);
  }
}

/** A request with a body, of which the test sends as much as it wants. */
export function requestHead(path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: service\r\n${lines.join('')}\r\n`;
}
