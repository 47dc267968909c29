import { type INestApplication } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type Close, type ConnectOptions, InProcessGateway, isSuccess } from './in-process-gateway.js';
import { Inbox } from './inbox.js';
import { HandshakeRefusedError } from './testing.errors.js';
import { Transcript } from './transcript.js';

/** The application's response to a call of API Gateway. The client sees nothing of it, except on a two-way route. */
export interface ServiceResponse {
  readonly status: number;
  readonly body: string;
}

export interface WaitOptions {
  /** Default 2,000. */
  readonly timeoutMs?: number;
}

/** A client of an application with `BackchannelModule`. It is not connected yet. */
export const createTestClient = (app: INestApplication): TestClient =>
  new TestClient(InProcessGateway.of(app));

/**
 * A client without a port, a gateway and AWS credentials: it calls the application's routes as API Gateway does, and
 * receives what the application posts to `@connections`. Everything in between is the application's own. Any number of
 * clients can share an application.
 */
export class TestClient implements AsyncDisposable {
  readonly #gateway: InProcessGateway;
  #connection: Connection | undefined;

  /** @internal see {@link createTestClient} */
  constructor(gateway: InProcessGateway) {
    this.#gateway = gateway;
  }

  /** API Gateway's id of the connection. @throws {Error} it was never connected */
  get connectionId(): string {
    return this.#connected().id;
  }

  /**
   * Opens a connection: calls `$connect`, after `init()` of the application if it was not called yet.
   *
   * @returns this client
   * @throws {HandshakeRefusedError} the application has refused the handshake
   */
  async connect(options: ConnectOptions = {}): Promise<this> {
    if (this.#connection?.inbox.isClosed === false) throw new Error('this client is connected');
    const transcript = new Transcript();
    const inbox = new Inbox(transcript);
    const { connectionId, response } = await this.#gateway.connect(inbox, options);
    if (!isSuccess(response)) throw new HandshakeRefusedError(response.status, response.body);
    transcript.add(`connected as ${connectionId}`);
    this.#connection = { id: connectionId, inbox, transcript };
    return this;
  }

  /**
   * Sends a frame: a string unmodified, any other value as JSON.
   *
   * @returns when the application has responded; it has posted its reply by then
   * @throws {Error} the connection is closed
   */
  async send(message: unknown): Promise<ServiceResponse> {
    const { id, inbox, transcript } = this.#connected();
    if (inbox.isClosed) throw new Error(`the connection is closed; so far:\n${transcript.toString()}`);
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    transcript.add(`sent ${text}`);
    const { status, body } = await this.#gateway.message(id, text);
    if (status !== 200) transcript.add(`response ${status} ${body}`);
    return { status, body };
  }

  /**
   * The oldest message that the application has sent to this connection, and that was not taken yet. Waits for one.
   *
   * @returns its value if it is JSON, otherwise its text
   * @throws {NoMessageError} none came in time, or before the connection was closed; the error says what was sent and
   *   received
   */
  async next<T = unknown>({ timeoutMs = TIMEOUT_MS }: WaitOptions = {}): Promise<T> {
    const text = await this.#connected().inbox.next(timeoutMs);
    try {
      return JSON.parse(text) as T;
    } catch {
      return text as T;
    }
  }

  /**
   * Waits until the connection is closed, by the application or by {@link close}, and the application has responded to
   * `$disconnect`.
   *
   * @throws {NoMessageError} it was not closed in time
   */
  async closed({ timeoutMs = TIMEOUT_MS }: WaitOptions = {}): Promise<Close> {
    return this.#connected().inbox.closed(timeoutMs);
  }

  /**
   * Closes the connection: calls `$disconnect`. Does nothing if it is closed already.
   *
   * @param code of the client's close frame; by default 1005, which is what `close()` without a code becomes
   * @returns the application's response, which API Gateway ignores
   */
  async close(code = NO_CODE.code, reason?: string): Promise<ServiceResponse | undefined> {
    const connection = this.#connection;
    if (connection === undefined || connection.inbox.isClosed) return undefined;
    const close = { code, reason: reason ?? (code === NO_CODE.code ? NO_CODE.reason : '') };
    const { status, body } = await this.#gateway.disconnect(connection.id, close);
    return { status, body };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #connected(): Connection {
    if (this.#connection === undefined) throw new Error('this client is not connected: call connect() first');
    return this.#connection;
  }
}

interface Connection {
  readonly id: ConnectionId;
  readonly inbox: Inbox;
  readonly transcript: Transcript;
}

/** Below the 5 s after which Jest and Vitest end a test by default. */
const TIMEOUT_MS = 2_000;

/** As API Gateway reports a close frame without a code. */
const NO_CODE = { code: 1005, reason: 'Client-side close frame status not set' };
