import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The bytes received on a connection until both sides closed it. */
export interface RawResponse {
  /** The status of the first response; `undefined` if there was none. */
  readonly status: number | undefined;
  readonly bytes: Buffer;
}

/** Sends bytes unmodified, waits shortly for a response, ends its side of the connection, and waits for the other. */
export async function exchange(url: string, request: Uint8Array): Promise<RawResponse> {
  const socket = open(url);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    socket.end();
  });
  const closed = once(socket, 'close');
  socket.write(request);
  // the gateway would wait for the rest of an incomplete request
  if (!Buffer.from(request).includes('\r\n\r\n')) socket.end();
  const timeout = setTimeout(() => socket.end(), RESPONSE_TIMEOUT_MS);
  await closed;
  clearTimeout(timeout);
  const bytes = Buffer.concat(chunks);
  return { status: statusOf(bytes), bytes };
}

const RESPONSE_TIMEOUT_MS = 100;

/** Sends a valid handshake, then bytes in place of frames. @returns the bytes of the server after its 101 */
export async function afterHandshake(url: string, path: string, bytes: Uint8Array): Promise<Buffer> {
  const socket = open(url);
  const chunks: Buffer[] = [];
  const closed = once(socket, 'close');
  const upgraded = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).includes('\r\n\r\n')) resolve();
    });
    socket.once('close', () => reject(new Error('closed before the 101')));
  });
  socket.write(handshake(path));
  await upgraded;
  const head = Buffer.concat(chunks);
  if (statusOf(head) !== 101) throw new Error(`expected 101, received ${head.toString('latin1', 0, 200)}`);
  socket.end(bytes);
  await closed;
  const all = Buffer.concat(chunks);
  return all.subarray(all.indexOf('\r\n\r\n') + 4);
}

export const handshake = (path: string) =>
  Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );

function open(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  // the gateway may reset a connection that it has closed
  socket.on('error', () => undefined);
  return socket;
}

function statusOf(bytes: Buffer): number | undefined {
  const [, status] = bytes.toString('latin1', 0, 20).match(/^HTTP\/1\.1 (\d{3}) /) ?? [];
  return status === undefined ? undefined : Number(status);
}
