import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { WebSocket } from 'ws';
import { type GatewayEvent, type HeaderList } from '../recorder/gateway-event.js';

/** A connection to a gateway. */
export interface ClientConnection {
  /** `Sec-WebSocket-Key`, by which the gateway's record of the handshake is found. */
  readonly key: string;
  readonly socket: WebSocket;
}

/** Certificates of a gateway that is this process itself need no check. */
export interface TlsCheck {
  readonly rejectUnauthorized?: boolean;
}

/** Begins a handshake. @returns once it is accepted or refused */
export async function connect(
  url: string,
  headers: HeaderList,
  protocols: readonly string[],
  tls: TlsCheck = {},
): Promise<ClientConnection> {
  let key = '';
  const socket = new WebSocket(url, [...protocols], {
    headers: grouped(headers),
    perMessageDeflate: false,
    ...tls,
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

/** Whether it is the record of the handshake with that key. */
export const hasKey = ({ type, steps }: GatewayEvent, key: string): boolean =>
  type === 'handshake' &&
  steps.some(
    (step) =>
      step.step === 'client_request' &&
      step.headers?.some(([name, value]) => name.toLowerCase() === 'sec-websocket-key' && value === key) ===
        true,
  );

/** Closes as the client did; without a close frame where there was none. */
export function close(socket: WebSocket, code: number, reason: string): void {
  if (code === 1006) socket.terminate();
  else if (code === 1005) socket.close();
  else socket.close(code, reason);
}

export interface ClientRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: Buffer | undefined;
}

/**
 * Sends a request to an HTTP API, or to `@connections`.
 *
 * @returns the id by which the gateway's record is found; `undefined` if there was no response
 */
export async function send(
  { url, method, headers, body }: ClientRequest,
  tls: TlsCheck = {},
): Promise<string | undefined> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const sent = request(url, { method, headers: grouped(headers), ...tls }, (response: IncomingMessage) => {
      const id = response.headers['apigw-requestid'] ?? response.headers['x-amz-apigw-id'];
      response.resume().once('close', () => resolve(id === undefined ? undefined : String(id)));
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
