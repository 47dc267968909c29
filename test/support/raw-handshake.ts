import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawHandshakeOptions {
  /** Path and query. */
  readonly target?: string;
  readonly method?: string;
  /** Take the place of the usual ones of that name; `undefined` leaves one out, a list sends several lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Sent right after the handshake. */
  readonly frames?: Uint8Array;
}

/** Sends a WebSocket handshake by hand, also one that no library would send. @returns the client's socket, not read yet */
export function rawHandshake(
  gatewayUrl: string,
  { target = '/dev', method = 'GET', headers = {}, frames = Buffer.alloc(0) }: RawHandshakeOptions = {},
): Socket {
  const { hostname, port, host } = new URL(gatewayUrl);
  const all: Record<string, string | readonly string[] | undefined> = {
    Host: host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((each) => `${name}: ${each}\r\n`),
  );
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`), frames]));
  return socket;
}

/** What the gateway sent until it ended the connection. */
export async function responseOf(socket: Socket): Promise<{ status: number; headers: string; body: string }> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  socket.destroy();
  const text = Buffer.concat(chunks).toString('utf8');
  const [headers = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(headers.match(/^HTTP\/1\.1 (\d{3}) /)?.[1]), headers, body };
}
