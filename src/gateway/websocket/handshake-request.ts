import { type IncomingMessage } from 'node:http';
import { LIMITS } from '../limits.js';

/** The HTTP request that requests a WebSocket: the parts that `$connect` can use. */
export interface HandshakeRequest {
  /** Path and query, undecoded. */
  readonly target: string;
  /** Flat list: name, value, …, unmodified. */
  readonly rawHeaders: readonly string[];
  /** Names in lower case. */
  readonly header: ReadonlyMap<string, readonly string[]>;
  readonly querystring: ReadonlyMap<string, readonly string[]>;
}

export function readHandshakeRequest(request: IncomingMessage, url: URL): HandshakeRequest {
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
 * The reason why an upgrade request is not a WebSocket handshake: everything for which `ws` would refuse it, checked
 * before `$connect` runs. It quotes no value, because clients send tokens in `Sec-WebSocket-Protocol`.
 *
 * @returns a sentence for the client and the log; `undefined` for a valid handshake
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1
 */
export function handshakeProblem({ method, headers }: IncomingMessage): string | undefined {
  if (method !== 'GET') return `the method of a WebSocket handshake is GET, not ${method}`;
  if (headers.upgrade?.toLowerCase() !== 'websocket') return "the header Upgrade must be 'websocket'";
  if (headers['sec-websocket-version'] !== '13') return "the header Sec-WebSocket-Version must be '13', once";
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    return 'the header Sec-WebSocket-Key must be the base64 of 16 bytes, once';
  }
  const protocols = headers['sec-websocket-protocol']?.split(',').map((item) => ITEM.exec(item)?.[1]) ?? [];
  if (protocols.includes(undefined)) {
    return `each protocol in Sec-WebSocket-Protocol must be a token: letters, digits and !#$%&'*+-.^_\`|~, but no space, no '=' and no empty one`;
  }
  if (new Set(protocols).size < protocols.length) return 'Sec-WebSocket-Protocol names a protocol twice';
  return undefined;
}

/**
 * The reason why AWS would not serve the URL of a handshake. It quotes no part of the URL.
 *
 * @param apiEndpoint `wss://{host}` on AWS, which is usually longer than the name of this gateway
 * @returns `undefined` if the URL is short enough
 */
export function urlProblem(
  { headers: { host = '' }, url = '' }: IncomingMessage,
  apiEndpoint: string,
): string | undefined {
  const characters = Math.max(`wss://${host}`.length, apiEndpoint.length) + url.length;
  const { handshakeUrlCharacters: max } = LIMITS;
  return characters <= max
    ? undefined
    : `on AWS the URL of the handshake has ${characters} characters, and at most ${max} are accepted. A long token fits into Sec-WebSocket-Protocol`;
}

/** A token, with blanks around it (RFC 9110, 5.6). */
const ITEM = /^[ \t]*([\w!#$%&'*+.^`|~-]+)[ \t]*$/;
