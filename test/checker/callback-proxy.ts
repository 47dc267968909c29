import { once } from 'node:events';
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Random } from './random.ts';

/** A post of a task to a connection. */
export interface SeenPost {
  readonly connectionId: string;
  readonly data: string;
}

/** What a task posts to `@connections` goes through here, so that posts are seen, late, or without a response. */
export class CallbackProxy implements AsyncDisposable {
  /** Delay of each post. */
  delayMs = 0;
  /** The share of posts that are carried out, and whose response is lost. */
  lostResponses = 0;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(gatewayUrl: string, random: Random, seen: (post: SeenPost) => void) {
    const gateway = new URL(gatewayUrl);
    this.#server = createServer((incoming, outgoing) => {
      incoming.on('error', () => outgoing.destroy());
      void this.#serve(gateway, random, seen, incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  /** @param seen called with each post as it begins */
  static async start(
    gatewayUrl: string,
    random: Random,
    seen: (post: SeenPost) => void,
  ): Promise<CallbackProxy> {
    const proxy = new CallbackProxy(gatewayUrl, random, seen);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #serve(
    gateway: URL,
    random: Random,
    seen: (post: SeenPost) => void,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const { method, url: path = '', headers } = incoming;
    const body = await buffer(incoming);
    if (method === 'POST') {
      const connectionId = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
      seen({ connectionId, data: body.toString('utf8') });
    }
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const isLost = this.lostResponses > 0 && random.chance(this.lostResponses);
    const forwarded = request({
      host: gateway.hostname,
      port: gateway.port,
      method,
      path,
      headers,
      agent: this.#agent,
    });
    forwarded.end(body);
    const [response] = (await once(forwarded, 'response')) as [IncomingMessage];
    const content = await buffer(response);
    if (isLost) {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(response.statusCode!, response.headers);
    outgoing.end(content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }
}
