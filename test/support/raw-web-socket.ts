import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Queue } from './queue.js';

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame with the bytes that were on the wire. */
export interface Frame {
  readonly isFinal: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A WebSocket client that sends whatever frames a test makes by hand, also those that no library would send. */
export class RawWebSocket implements Disposable {
  readonly #frames = new Queue<Frame>('a frame to the client');
  #unread: Buffer = Buffer.alloc(0);
  /** The gateway has ended the TCP connection. */
  readonly ended: Promise<unknown>;

  /** @param head the status line and the headers of the 101 */
  private constructor(
    readonly socket: Socket,
    readonly head: string,
  ) {
    this.ended = once(socket, 'end');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  static async open(url: string): Promise<RawWebSocket> {
    const { protocol, hostname, port, pathname, host } = new URL(url);
    const socket =
      protocol === 'wss:'
        ? connectTls({ host: hostname, port: Number(port || 443), servername: hostname })
        : connect(Number(port || 80), hostname);
    const handshake = [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ];
    socket.write(`${handshake.join('\r\n')}\r\n\r\n`);
    const [response] = (await once(socket, 'data')) as [Buffer];
    const end = response.indexOf('\r\n\r\n') + 4;
    const head = response.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 101 ')) throw new Error(`the handshake was refused: ${head}`);
    const raw = new RawWebSocket(socket, head);
    raw.#read(response.subarray(end));
    return raw;
  }

  write(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  async next(): Promise<Frame> {
    return this.#frames.next();
  }

  /** Code and reason of the close frame that has to come next. */
  async nextClose(): Promise<{ code: number; reason: string }> {
    const { opcode, payload } = await this.next();
    if (opcode !== OPCODES.close)
      throw new Error(`a frame with opcode ${opcode} came instead of a close frame`);
    return { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const bytes = this.#unread;
      if (bytes.length < 2) return;
      const [first = 0, second = 0] = bytes;
      const lengthBytes = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
      const start = 2 + lengthBytes;
      if (bytes.length < start) return;
      const length =
        lengthBytes === 0
          ? second & 0x7f
          : bytes.readUIntBE(start - Math.min(lengthBytes, 6), Math.min(lengthBytes, 6));
      if (bytes.length < start + length) return;
      this.#unread = bytes.subarray(start + length);
      const payload = bytes.subarray(start, start + length);
      this.#frames.push({ isFinal: (first & 0x80) !== 0, opcode: first & 0x0f, payload });
    }
  }
}

/** The bytes of one client frame. */
export function frame(
  opcode: number,
  data: string | readonly number[] = '',
  { isFinal = true, isMasked = true, reserved = 0 } = {},
): Buffer {
  const payload = Buffer.from(data as string);
  const mask = isMasked ? randomBytes(4) : Buffer.alloc(0);
  const masked = isMasked ? payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : payload;
  return Buffer.concat([frameHeader(opcode, payload.length, { isFinal, isMasked, reserved }), mask, masked]);
}

/** Only the header, for a payload that is announced and need not follow. */
export function frameHeader(
  opcode: number,
  length: number,
  { isFinal = true, isMasked = true, reserved = 0 } = {},
): Buffer {
  const masked = isMasked ? 0x80 : 0;
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  if (length < 126) return Buffer.from([first, masked | length]);
  const header = Buffer.alloc(length < 65_536 ? 4 : 10);
  header[0] = first;
  header[1] = masked | (header.length === 4 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
