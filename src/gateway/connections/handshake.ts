import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { type Handshake } from '../steps/map-request.js';
import { type Refusal } from '../steps/reply.js';

/** Reads what the mapping of `$connect` may use from the client's upgrade request. */
export function readHandshake(request: IncomingMessage, url: URL): Handshake {
  const header = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(request.headersDistinct)) header.set(name, values ?? []);
  const querystring = new Map<string, string[]>();
  for (const [name, value] of url.searchParams) {
    const values = querystring.get(name);
    if (values) values.push(value);
    else querystring.set(name, [value]);
  }
  return { target: request.url ?? '', rawHeaders: request.rawHeaders, header, querystring };
}

/** Whether the request is a WebSocket handshake (RFC 6455, 4.1); checked before anybody is asked about it. */
export function isWebSocketHandshake({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  );
}

/** Answers an upgrade request with something else than 101, and closes. */
export function refuse(socket: Duplex, { status, headers, body }: Omit<Refusal, 'kind'>): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let index = 0; index + 1 < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  lines.push(
    `Content-Length: ${body.length}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    '',
    '',
  );
  socket.end(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]));
}
