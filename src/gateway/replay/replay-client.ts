import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { WebSocket } from 'ws';
import { type HeaderList } from '../recorder/gateway-event.js';

/** A connection of a client that a session had. */
export interface ReplayedConnection {
  /** `Sec-WebSocket-Key`, by which the gateway's record of the handshake is found. */
  readonly key: string;
  readonly socket: WebSocket;
}

/** Begins a handshake. @returns once it is accepted or refused */
export async function connect(
  url: string,
  headers: HeaderList,
  protocols: readonly string[],
): Promise<ReplayedConnection> {
  let key = '';
  const socket = new WebSocket(url, [...protocols], {
    headers: grouped(headers),
    perMessageDeflate: false,
    finishRequest(request) {
      key = String(request.getHeader('sec-websocket-key'));
      request.end();
    },
  });
  await new Promise<void>((resolve) => {
    socket.once('open', () => resolve());
    // refused: the gateway's record says why
    socket.once('error', () => resolve());
  });
  socket.on('error', () => undefined);
  return { key, socket };
}

/** Closes as the client did; without a close frame where there was none. */
export function close(socket: WebSocket, code: number, reason: string): void {
  if (code === 1006) socket.terminate();
  else if (code === 1005) socket.close();
  else socket.close(code, reason);
}

export interface ReplayedRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: Buffer | undefined;
}

/**
 * Sends a request to an HTTP API.
 *
 * @returns the id by which the gateway's record is found; `undefined` if there was no response
 */
export async function send({ url, method, headers, body }: ReplayedRequest): Promise<string | undefined> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const sent = request(url, { method, headers: grouped(headers) }, (response: IncomingMessage) => {
      const { 'apigw-requestid': requestId } = response.headers;
      response.resume().once('close', () => resolve(typeof requestId === 'string' ? requestId : undefined));
    });
    sent.once('error', () => resolve(undefined));
    sent.end(body);
  });
}

/** A name that is repeated has several values. */
function grouped(headers: HeaderList): Record<string, string | string[]> {
  const groups = Map.groupBy(headers, ([name]) => name.toLowerCase());
  return Object.fromEntries(
    [...groups.values()].map((group) => {
      const values = group.map(([, value]) => value);
      return [group[0]?.[0] ?? '', values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
