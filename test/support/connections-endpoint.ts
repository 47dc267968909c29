import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The outcome of a POST to `@connections`, by name. */
export type Answer =
  | 'accepted'
  | 'gone'
  | 'invalid id'
  | 'too large'
  | 'limit exceeded'
  | 'forbidden'
  | 'unavailable'
  | 'never'
  | 'half';

export interface Post {
  readonly connectionId: string;
  readonly data: string;
  readonly authorization: string | undefined;
}

/**
 * A stage's `@connections` as recorded from AWS in September 2026: status, error type and body of each
 * answer. It keeps what was posted.
 */
export class ConnectionsEndpoint implements AsyncDisposable {
  readonly posts: Post[] = [];
  /** Decides the response; may be changed at any time. */
  answer: (post: Post) => Answer | Promise<Answer> = () => 'accepted';
  /** Of which connections was asked. */
  readonly inspected: string[] = [];
  /** Decides the response to GetConnection; may be changed at any time. */
  inspection: (connectionId: string) => Answer | Promise<Answer> = () => 'accepted';
  /** Which connections were closed. */
  readonly deleted: string[] = [];
  /** Decides the response to DeleteConnection; may be changed at any time. */
  deletion: (connectionId: string) => Answer | Promise<Answer> = () => 'accepted';
  maxInFlight = 0;
  #inFlight = 0;

  private constructor(
    readonly url: string,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  static async start(): Promise<ConnectionsEndpoint> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const endpoint = new ConnectionsEndpoint(`http://127.0.0.1:${port}/dev`, server);
    server.on('request', (request, response) => void endpoint.serve(request, response));
    return endpoint;
  }

  /** What was posted to this connection, in order, as the messages they are. */
  messagesTo(connectionId: string): unknown[] {
    return this.posts
      .filter((post) => post.connectionId === connectionId)
      .map(({ data }) => JSON.parse(data));
  }

  /** Closes every connection, as a server does with those that are idle for long. */
  dropConnections(): void {
    this.server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((closed) => this.server.close(closed));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.#inFlight);
    response.once('close', () => (this.#inFlight -= 1));

    const [, encoded] = /^\/dev\/(?:@|%40)connections\/([^/]+)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'GET' && encoded !== undefined) {
      const connectionId = decodeURIComponent(encoded);
      this.inspected.push(connectionId);
      return respond(response, await this.inspection(connectionId), { connectionId }, times());
    }
    if (request.method === 'DELETE' && encoded !== undefined) {
      const connectionId = decodeURIComponent(encoded);
      this.deleted.push(connectionId);
      return respond(response, await this.deletion(connectionId), { connectionId });
    }
    if (request.method !== 'POST' || encoded === undefined) return forbidden(response);
    const data = await text(request);
    const post = {
      connectionId: decodeURIComponent(encoded),
      data,
      authorization: request.headers.authorization,
    };
    this.posts.push(post);
    respond(response, await this.answer(post), post);
  }
}

function respond(
  response: ServerResponse,
  answer: Answer,
  { connectionId }: Pick<Post, 'connectionId'>,
  success = '',
): void {
  const error = (status: number, type: string, body = '') => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-amzn-ErrorType': type,
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  switch (answer) {
    case 'accepted':
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': success.length })
        .end(success);
      return;
    case 'gone':
      return error(410, 'GoneException');
    case 'invalid id':
      return error(400, 'BadRequestException', `{"message":"Invalid connectionId: ${connectionId}"}`);
    case 'too large':
      response.writeHead(413, { 'content-length': 0, connection: 'close' }).end();
      return;
    case 'limit exceeded':
      return error(429, 'LimitExceededException');
    case 'forbidden':
      return forbidden(response);
    case 'unavailable':
      return error(500, 'InternalServerErrorException', '{"message":"Internal server error"}');
    case 'never':
      return;
    case 'half':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{');
      return;
  }
  answer satisfies never;
}

function times(): string {
  const now = new Date().toISOString();
  return JSON.stringify({
    connectedAt: now,
    lastActiveAt: now,
    identity: { sourceIp: '127.0.0.1', userAgent: '' },
  });
}

function forbidden(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'application/json', 'x-amzn-ErrorType': 'ForbiddenException' });
  response.end('{"message":"Forbidden"}');
}
