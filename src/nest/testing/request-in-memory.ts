import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface InMemoryRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface InMemoryResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/**
 * Sends a POST request to a server that need not listen: Node's own client and server talk over a pair of streams.
 * Fastify's `inject` would replace the request, and hooks that read its socket or its body would see another one.
 */
export async function requestInMemory(
  server: Server,
  { path, headers, body }: InMemoryRequest,
): Promise<InMemoryResponse> {
  const [clientSide, serverSide] = duplexPair();
  // what a load balancer's connection has, too
  server.emit('connection', Object.assign(serverSide, { remoteAddress: '127.0.0.1' }));
  const request = httpRequest({ method: 'POST', path, headers, createConnection: () => clientSide });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}
