import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** A handshake may wait for the integration of `$connect`, at most 29 s. */
const HANDSHAKE_MS = 35_000;

/** How long a message is waited for: less than an integration may take, and more than a working one does. */
const MESSAGE_MS = 10_000;

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** The one connection of `--live`. */
export class LiveConnection {
  readonly #socket: WebSocket;
  readonly #received: string[] = [];
  #closed: Close | undefined;

  private constructor(
    socket: WebSocket,
    /** Milliseconds until the 101. */
    readonly handshakeMs: number,
    /** Names of the headers of the 101, sorted. */
    readonly responseHeaders: readonly string[],
  ) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#received.push(data.toString()));
    socket.on('close', (code, reason) => (this.#closed = { code, reason: reason.toString() }));
    // a close follows each error
    socket.on('error', () => undefined);
  }

  /** @returns the status with which the handshake was refused, or an error, instead of a connection */
  static async open(
    url: URL,
    headers: readonly (readonly [string, string])[],
  ): Promise<LiveConnection | string> {
    const protocols = headers
      .filter(([name]) => name.toLowerCase() === 'sec-websocket-protocol')
      .flatMap(([, value]) => value.split(/\s*,\s*/));
    const others = headers.filter(([name]) => name.toLowerCase() !== 'sec-websocket-protocol');
    const socket = new WebSocket(url, protocols, {
      headers: Object.fromEntries(others),
      handshakeTimeout: HANDSHAKE_MS,
      perMessageDeflate: false,
    });
    const start = performance.now();
    let names: readonly string[] = [];
    socket.once('upgrade', ({ headers: received }: IncomingMessage) => {
      names = Object.keys(received).toSorted();
    });
    return new Promise((resolve) => {
      socket.once('open', () => resolve(new LiveConnection(socket, performance.now() - start, names)));
      socket.once('unexpected-response', (request, response: IncomingMessage) => {
        request.destroy();
        resolve(`the handshake was refused with ${response.statusCode}`);
      });
      socket.once('error', ({ message }) => resolve(`the handshake failed: ${message}`));
    });
  }

  get closed(): Close | undefined {
    return this.#closed;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /** @returns the next message that this accepts, received before or after the call; `undefined` if none comes in time */
  async message(accepts: (text: string) => boolean = () => true): Promise<string | undefined> {
    const signal = AbortSignal.timeout(MESSAGE_MS);
    for (;;) {
      const index = this.#received.findIndex(accepts);
      if (index >= 0) return this.#received.splice(index, 1)[0];
      if (this.#closed !== undefined) return undefined;
      try {
        await Promise.race([
          once(this.#socket, 'message', { signal }),
          once(this.#socket, 'close', { signal }),
        ]);
      } catch {
        return undefined;
      }
    }
  }

  /** @returns how the other side closes the connection; `undefined` if it does not in time */
  async close(): Promise<Close | undefined> {
    if (this.#closed === undefined) {
      try {
        await once(this.#socket, 'close', { signal: AbortSignal.timeout(MESSAGE_MS) });
      } catch {
        return undefined;
      }
    }
    return this.#closed;
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
