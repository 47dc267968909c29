import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type SignedRequest } from '../../src/gateway/iam/canonical-request.js';
import { readSignature, type Signature } from '../../src/gateway/iam/read-signature.js';
import { checkScope, verifySignature } from '../../src/gateway/iam/verify-signature.js';

/** A request to `@connections` whose signature is right. */
export interface VerifiedRequest {
  readonly method: string;
  readonly connectionId: string;
  readonly body: Buffer;
  readonly signature: Signature;
}

/** By default 200 without a body. `never` and `half`: the response does not come, or stops in its body. */
export type EndpointResponse =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | 'never'
  | 'half';

/**
 * An `@connections` that checks the signature of every request as it is on the wire, by the gateway's code. A wrong
 * signature, and one that is more than five minutes from the endpoint's clock, are refused with 403.
 */
export class VerifyingEndpoint implements AsyncDisposable {
  readonly requests: VerifiedRequest[] = [];
  /** Decides the response to a request whose signature is right. */
  respond: (request: VerifiedRequest) => EndpointResponse | Promise<EndpointResponse> = () => ({});
  /** The secret access key of each access key id. */
  readonly secrets: Record<string, string> = { test: 'test', local: 'local' };
  /** How far the endpoint's clock is ahead of this machine's. */
  clockAheadMs = 0;
  /** Requests with a wrong signature or time. */
  refused = 0;
  sockets = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', () => (this.sockets += 1));
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(host = '127.0.0.1', port = 0): Promise<VerifyingEndpoint> {
    const server = createServer();
    server.listen(port, host);
    await once(server, 'listening');
    return new VerifyingEndpoint(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/dev`;
  }

  /** Closes every connection, as a server does with those that are idle for long. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const now = Date.now() + this.clockAheadMs;
    response.setHeader('date', new Date(now).toUTCString());
    const body = await buffer(message);
    const { method = '', url: target = '', rawHeaders } = message;
    const signature = this.#verified({ method, target, rawHeaders, body }, now);
    if (signature === undefined) {
      this.refused += 1;
      response.setHeader('x-amzn-ErrorType', 'InvalidSignatureException');
      response.writeHead(403).end('{"Message":"Signature expired"}');
      return;
    }
    const connectionId = decodeURIComponent(target.slice(target.lastIndexOf('/') + 1));
    const request = { method, connectionId, body, signature };
    this.requests.push(request);
    const answer = await this.respond(request);
    if (answer === 'never') return;
    if (answer === 'half') response.writeHead(200, { 'content-length': '100' }).write('{');
    else response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  }

  #verified(request: SignedRequest, now: number): Signature | undefined {
    try {
      const signature = readSignature(request);
      checkScope(signature, { service: 'execute-api', region: 'us-east-1' }, now);
      verifySignature(request, signature, this.secrets[signature.accessKeyId] ?? 'unknown');
      return signature;
    } catch {
      return undefined;
    }
  }
}
