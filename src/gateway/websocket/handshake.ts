import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { type Handshake } from './steps/map-request.js';
import { type Refusal } from './steps/reply.js';

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

/**
 * What keeps an upgrade request from being a WebSocket handshake: everything for which `ws` would refuse it, which is
 * too late once `$connect` has run. No value is quoted, as clients put tokens into `Sec-WebSocket-Protocol`.
 *
 * @returns a sentence for client and log; `undefined` when it is one
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1
 */
export function handshakeProblem({ method, headers }: IncomingMessage): string | undefined {
  if (method !== 'GET') return `the method of a WebSocket handshake is GET, not ${method}`;
  if (headers.upgrade?.toLowerCase() !== 'websocket') return "the header Upgrade must be 'websocket'";
  if (headers['sec-websocket-version'] !== '13') return "the header Sec-WebSocket-Version must be '13', once";
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    return 'the header Sec-WebSocket-Key must be the base64 of 16 bytes, once';
  }
  const protocols = headers['sec-websocket-protocol']?.split(/[ \t]*,[ \t]*/) ?? [];
  if (!protocols.every((protocol) => TOKEN.test(protocol))) {
    return `each protocol in Sec-WebSocket-Protocol must be a token: letters, digits and !#$%&'*+-.^_\`|~, but no space, no '=' and no empty one`;
  }
  if (new Set(protocols).size < protocols.length) return 'Sec-WebSocket-Protocol names a protocol twice';
  return undefined;
}

/** RFC 9110, 5.6.2 */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Responds to an upgrade request with something else than 101, closes, and logs why.
 *
 * @param fields what is known of the connection; the query is not logged, as it may hold a token
 */
export function refuse(
  request: IncomingMessage,
  socket: Socket,
  { status, headers, body, reason, requestId }: Refusal,
  log: Logger,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const [path] = (request.url ?? '').split('?');
  log.info({ ...fields, status, reason, path, host: request.headers.host, requestId }, 'handshake refused');
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
  // a socket that is closed with unread bytes is reset, and the client may lose the response
  socket.resume();
  socket.end(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]));
  // a client that does not close its side must not keep the socket for ever
  socket.destroySoon();
}
