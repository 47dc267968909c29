import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { type ProblemCode, PROBLEMS } from '../../api/errors.js';
import { type ClientError, likelyCause, type LikelyCause } from './likely-cause.js';
import { LimitedWarnings } from './limited-warnings.js';
import { closeLingering, lingerOnClose } from './lingering-close.js';
import { Problem } from './problem.js';
import { type RequestBodies } from './request-body.js';

/**
 * Handles bytes that the server cannot parse as a request: the caller receives a problem, as for every other error, and
 * the log has one warning with the likely cause.
 */
export class ClientErrors {
  readonly #warnings: LimitedWarnings;
  /** The parser of such a socket reports an error for every further packet. */
  readonly #closing = new WeakSet<Socket>();

  /** @param inFlight responses that are not finished yet */
  constructor(
    log: Logger,
    private readonly inFlight: ReadonlySet<ServerResponse>,
    private readonly bodies: RequestBodies,
  ) {
    this.#warnings = new LimitedWarnings(log);
  }

  /** For the event `clientError`. */
  handle(error: ClientError, socket: Socket): void {
    if (this.#closing.has(socket)) return;
    this.#closing.add(socket);
    // no caller waits: the connection was reset, or it is one of a load balancer that was never used
    if (!socket.writable || error.code === 'ECONNRESET' || socket.bytesRead === 0) {
      socket.destroy();
      return;
    }
    const found = likelyCause(error);
    const responses = [...this.inFlight].filter((response) => response.socket === socket);
    const last = responses.at(-1);
    if (last === undefined) {
      this.#warn(found, error, socket);
      socket.write(problemResponse(found.code, found.hint));
      closeLingering(socket);
      return;
    }
    // Bytes written before a response in flight would become a part of it. The unreadable bytes are either the body of
    // the last request, which then fails in its turn, or they follow it.
    const isInBody = this.bodies.fail(last.req, new Problem(found.code, found.hint));
    if (!isInBody) this.#warn(found, error, socket);
    if (!last.headersSent) last.setHeader('connection', 'close');
    lingerOnClose(socket);
    last.once('close', () => closeLingering(socket));
  }

  /**
   * For the event `connect`: a client uses the service as a proxy. Node would close the connection without a response.
   */
  refuseConnect({ url = '' }: IncomingMessage, socket: Socket): void {
    this.#warnings.warn('connect_method', { from: socket.remoteAddress }, 'request refused');
    socket.write(problemResponse('not_found', `Cannot CONNECT ${url}`));
    closeLingering(socket);
  }

  #warn({ cause, hint }: LikelyCause, { code }: ClientError, { remoteAddress: from }: Socket): void {
    this.#warnings.warn(cause, { hint, parserCode: code, from }, 'request cannot be read');
  }
}

/** Passes to the application what Node itself would respond to with an empty body, unlogged. */
export function passToApplication(server: Server, bodies: RequestBodies): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  // Node would ask for the body before the headers are checked
  server.on('checkContinue', (request, response) => {
    bodies.continueBeforeReading(request, response);
    server.emit('request', request, response);
  });
}

function problemResponse(code: ProblemCode, detail: string): string {
  const { status, title } = PROBLEMS[code];
  const body = JSON.stringify({ title, status, code, detail });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
