import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Queue } from './queue.js';

/** One request as the backend received it. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array;
}

/** An HTTP server behind the gateway. It keeps the requests, and responds as the test says, by default with 200. */
export class HttpBackend implements AsyncDisposable {
  answer: (request: Received) => Answer | Promise<Answer> = () => ({ status: 200 });
  readonly #received = new Queue<Received>('a request to the backend');

  private constructor(private readonly server: Server) {}

  /** @param port 0 takes any free one */
  static async start(port = 0): Promise<HttpBackend> {
    const server = createServer((request, response) => void backend.#serve(request, response));
    const backend = new HttpBackend(server);
    await new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
    return backend;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next request, as soon as it has come. */
  async next(): Promise<Received> {
    return this.#received.next();
  }

  /** What came and was not awaited. */
  get unexpected(): readonly Received[] {
    return this.#received.pending;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: await text(request),
    };
    this.#received.push(received);
    const { status, headers, body } = await this.answer(received);
    response.writeHead(status, headers).end(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
