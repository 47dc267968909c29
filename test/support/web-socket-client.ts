import { type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { Queue } from './queue.js';

const FRAME_BYTES = 32 * 1024;

export interface ClientOptions {
  readonly protocols?: string[];
  readonly headers?: Record<string, string | string[]>;
}

/** A WebSocket client whose messages and end can be awaited. */
export class WebSocketClient implements Disposable {
  readonly #messages = new Queue<string>('a message to the client');
  /** Code and reason with which it was closed. */
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.#messages.push(data.toString('utf8')));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
    });
  }

  /** @throws {HandshakeRefused} any response but 101 */
  static async open(
    url: string,
    { protocols = [], headers = {} }: ClientOptions = {},
  ): Promise<WebSocketClient> {
    const socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false });
    const client = new WebSocketClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_: ClientRequest, response: IncomingMessage) => {
        void text(response).then((body) => reject(new HandshakeRefused(response, body)));
      });
    });
    return client;
  }

  /** Text as it is, anything else as JSON; in frames of at most 32 KB, as API Gateway takes no larger ones. */
  send(message: unknown): void {
    const bytes = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
    let start = 0;
    for (; start + FRAME_BYTES < bytes.length; start += FRAME_BYTES) {
      this.socket.send(bytes.subarray(start, start + FRAME_BYTES), { binary: false, fin: false });
    }
    this.socket.send(bytes.subarray(start), { binary: false });
  }

  /** The text of the next message, unparsed. */
  async nextText(): Promise<string> {
    return this.#messages.next();
  }

  /** The next message, which has to be JSON. */
  async next(): Promise<unknown> {
    return JSON.parse(await this.nextText());
  }

  /** Messages that came and were not awaited. */
  get unexpected(): readonly string[] {
    return this.#messages.pending;
  }

  async close(code?: number, reason?: string): Promise<void> {
    this.socket.close(code, reason);
    await this.closed;
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

/** The response that a client received in place of the 101. */
export class HandshakeRefused extends Error {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** In lower case and in the order of the response; a header that was sent twice is here twice. */
  readonly headerNames: readonly string[];

  constructor(
    response: IncomingMessage,
    readonly body: string,
  ) {
    super(`the handshake was refused with ${response.statusCode}: ${body}`);
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.headerNames = response.rawHeaders
      .filter((_, index) => index % 2 === 0)
      .map((name) => name.toLowerCase());
  }
}

/** Opens a WebSocket that is to be refused. */
export async function refusedHandshake(url: string, options?: ClientOptions): Promise<HandshakeRefused> {
  try {
    using _ = await WebSocketClient.open(url, options);
  } catch (error) {
    if (error instanceof HandshakeRefused) return error;
    throw error;
  }
  throw new Error('the handshake was accepted');
}
