import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { type Logger } from 'pino';
import { LIMITS } from '../limits.js';
import { pendingResponse } from './pending-response.js';

/**
 * Handles bytes that Node cannot parse as an HTTP request: sends an HTTP response with the probable cause, and logs one
 * warning a minute for each cause.
 */
export class UnreadableRequests {
  readonly #warnings = new Map<string, Warning>();

  /** @param now real time in milliseconds */
  constructor(
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Listener for the server's event `clientError`. */
  respond(error: ClientError, socket: Duplex): void {
    const { code = '' } = error;
    // the client aborted the connection
    if (!/^(HPE_|ERR_HTTP_|ERR_SSL_)/.test(code)) {
      socket.destroy();
      return;
    }
    const { cause, status, advice } = causeOf(error);
    const { remoteAddress: sourceIp, bytesRead } = socket as Partial<Socket>;
    // browsers open spare connections
    const isUnused = code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead === 0;
    if (!isUnused) this.#warn(cause, { status, code, advice, sourceIp });
    if (status === undefined || !socket.writable || hasResponseStarted(socket)) {
      socket.destroy();
      return;
    }
    const body = JSON.stringify({ message: `${STATUS_CODES[status]}: ${cause}: ${advice}` });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Date: ${new Date().toUTCString()}`,
      'Connection: close',
    ];
    // closing a socket with unread bytes resets it, and the client may lose the response
    socket.resume();
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  }

  #warn(cause: string, fields: Readonly<Record<string, unknown>>): void {
    const now = this.now();
    const warning = this.#warnings.get(cause);
    if (warning !== undefined && now < warning.loggedAt + WARN_EVERY_MS) {
      warning.suppressed += 1;
      return;
    }
    this.#warnings.set(cause, { loggedAt: now, suppressed: 0 });
    const suppressed = warning?.suppressed ?? 0;
    this.log.warn({ cause, ...fields, ...(suppressed > 0 && { suppressed }) }, 'request cannot be read');
  }
}

/** The error of Node's event `clientError`. */
export interface ClientError extends NodeJS.ErrnoException {
  /** The packet in which the error was found. */
  readonly rawPacket?: Buffer;
  /** A fixed text of the parser, without bytes of the request. */
  readonly reason?: string;
}

interface Warning {
  readonly loggedAt: number;
  /** Number of warnings that were not logged since. */
  suppressed: number;
}

interface Cause {
  readonly cause: string;
  /** `undefined` if no response can be sent. */
  readonly status: number | undefined;
  readonly advice: string;
}

/** A load balancer that checks every second must not fill the disk. */
const WARN_EVERY_MS = 60_000;

/** @see https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt */
const PROXY_V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n');

/** First bytes of a TLS handshake, in any version. */
const TLS_HANDSHAKE = Buffer.from([0x16, 0x03]);

const HEADER_KB = LIMITS.handshakeHeaderBytes / 1024;

/** Errors of Node's parser in the request line. All others are found later, in a request that is HTTP/1. */
const REQUEST_LINE_ERRORS = new Set([
  'HPE_INVALID_METHOD',
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_URL',
  'HPE_INVALID_VERSION',
]);

function causeOf({ code = '', reason, rawPacket: bytes = Buffer.alloc(0) }: ClientError): Cause {
  const startsWith = (start: Buffer | string) =>
    bytes.subarray(0, Buffer.byteLength(start)).equals(Buffer.from(start));
  if (code === 'HPE_HEADER_OVERFLOW') {
    return {
      cause: `request line and headers over ${HEADER_KB} KB`,
      status: 431,
      advice:
        'a browser sends the cookies of every program on this host, for all ports: delete those of localhost, or open 127.0.0.1 instead; a long token counts too',
    };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' || code === 'HPE_INVALID_EOF_STATE') {
    return {
      cause: 'an incomplete request',
      status: code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400,
      advice: 'the client stopped within the request line or the headers',
    };
  }
  if (startsWith('PROXY ') || startsWith(PROXY_V2)) {
    return {
      cause: `PROXY protocol v${startsWith('PROXY ') ? 1 : 2}`,
      status: 400,
      advice: 'switch it off at the load balancer (HAProxy: send-proxy; AWS: proxy_protocol_v2.enabled)',
    };
  }
  if (startsWith(TLS_HANDSHAKE)) {
    return {
      cause: 'TLS at the plain port',
      status: 400,
      advice: 'use http:// and ws://, or start the gateway with --tls self-signed',
    };
  }
  if (startsWith('PRI * HTTP/2.0')) {
    return {
      cause: 'HTTP/2 without an upgrade',
      status: 400,
      advice: 'the gateway supports HTTP/1.1: switch off prior knowledge of HTTP/2 in the client or proxy',
    };
  }
  if (code === 'ERR_SSL_HTTP_REQUEST') {
    return {
      cause: 'plain HTTP at the TLS port',
      status: undefined,
      advice: 'use https:// and wss://, or start the gateway without --tls',
    };
  }
  if (/ALERT_(UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE)$/.test(code)) {
    return {
      cause: 'a client does not trust the certificate',
      status: undefined,
      advice:
        'give it the certificate in the field trust of the log line "listening", or use your own with --tls-cert',
    };
  }
  if (code.startsWith('ERR_SSL_')) {
    return {
      cause: 'bytes at the TLS port that are not TLS',
      status: undefined,
      advice:
        'usually plain bytes, the PROXY protocol or an old TLS version; the gateway supports TLS 1.2 and 1.3',
    };
  }
  if (code.startsWith('HPE_') && !REQUEST_LINE_ERRORS.has(code) && reason) {
    return {
      cause: `malformed HTTP: ${reason}`,
      status: 400,
      advice:
        'the headers or the body are not allowed in HTTP/1.1 (RFC 9112): correct the client or the proxy in front',
    };
  }
  return { cause: 'bytes that are not HTTP', status: 400, advice: 'this port supports only HTTP/1.1' };
}

/** Whether writing would corrupt a response in flight. */
const hasResponseStarted = (socket: Duplex): boolean => pendingResponse(socket)?.headersSent === true;
