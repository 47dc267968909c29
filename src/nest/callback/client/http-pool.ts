import { type Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';

export interface HttpPoolSettings {
  readonly sockets: number;
  readonly connectTimeoutMs: number;
}

export interface PoolRequest {
  readonly method: string;
  readonly path: string;
  /** A flat list: name, value, … */
  readonly headers: string[];
  readonly body: Uint8Array;
}

export interface PoolResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The complete body; undefined if it is empty. */
  readonly body: Uint8Array | undefined;
}

/** @param failure for no response: an error named `TimeoutError`, or undici's error for a broken connection */
export interface OnEnd {
  (response: PoolResponse | undefined, failure?: unknown): void;
}

/**
 * Kept-alive HTTP/1.1 connections to the callback endpoint, with exact timeouts.
 *
 * It consists of undici's `Client`, each with one socket at most, of which the last one that became idle is used first.
 * undici's `Pool` uses the first one that is ready, and because a socket is ready only in the next turn of the event
 * loop, it uses twice as many sockets.
 */
export class HttpPool {
  readonly #origin: string;
  readonly #sockets: number;
  /** One for all, so that a new socket can continue a TLS session. */
  readonly #connect: buildConnector.connector;
  readonly #connections: HttpConnection[] = [];
  readonly #idle: HttpConnection[] = [];
  readonly #waiting: Exchange[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(endpoint: string, { sockets, connectTimeoutMs }: HttpPoolSettings) {
    this.#origin = new URL(endpoint).origin;
    this.#sockets = sockets;
    this.#connect = connectorWithin(connectTimeoutMs);
  }

  /**
   * Sends a request. It calls back and returns no promise, which would be one more for each post.
   *
   * @param timeoutMs until the response is complete
   * @param onEnd called once
   */
  send(request: PoolRequest, timeoutMs: number, onEnd: OnEnd): void {
    if (this.#isClosed) return onEnd(undefined, new Error('the service is stopping'));
    const exchange = { request, deadline: performance.now() + timeoutMs, onEnd };
    this.#timer ??= setTimeout(() => this.#endOverdue(), TIMEOUT_CHECK_MS);
    const connection = this.#idle.pop() ?? this.#open();
    if (connection) connection.send(exchange);
    else this.#waiting.push(exchange);
  }

  /** Aborts the requests in flight. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const connection of this.#connections) connection.close();
  }

  /** @returns undefined if there are enough */
  #open(): HttpConnection | undefined {
    if (this.#connections.length >= this.#sockets) return undefined;
    const client = new Client(this.#origin, {
      // the signature covers HTTP/1.1 headers, and the concurrency limits count one connection per request
      allowH2: false,
      // undici's own timeouts fire up to half a second late
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: this.#connect,
      // a success has no body or a few fields, and an error one sentence
      maxResponseSize: 64 * 1024,
    });
    const connection: HttpConnection = new HttpConnection(client, () => {
      const next = this.#waiting.shift();
      if (next) connection.send(next);
      else this.#idle.push(connection);
    });
    this.#connections.push(connection);
    return connection;
  }

  /** Ends the requests whose timeout has passed. One timer serves all: one per request costs more than a signature. */
  #endOverdue(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.endIfOverdue(now);
    for (let n = this.#waiting.length - 1; n >= 0; n -= 1) {
      if (this.#waiting[n]!.deadline <= now) this.#waiting.splice(n, 1)[0]!.onEnd(undefined, timeoutError());
    }
    const isIdle = this.#idle.length === this.#connections.length;
    this.#timer = isIdle ? undefined : setTimeout(() => this.#endOverdue(), TIMEOUT_CHECK_MS);
  }
}

const TIMEOUT_CHECK_MS = 20;

const timeoutError = () => Object.assign(new Error('no complete response in time'), { name: 'TimeoutError' });

/** undici's connector, with a timeout of ours, because its own fires up to half a second late, too. */
function connectorWithin(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: 0, allowH2: false });
  return (options, callback) => {
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no connection in time'), { name: 'TimeoutError' }));
    }, timeoutMs);
    const ended: buildConnector.Callback = (...result) => {
      clearTimeout(timer);
      callback(...result);
    };
    // the connector returns the socket, which is not in its type
    const socket = connect(options, ended) as unknown as Socket;
  };
}

/** A request, and who waits for its response. */
interface Exchange {
  readonly request: PoolRequest;
  /** A time of `performance.now()`. */
  readonly deadline: number;
  readonly onEnd: OnEnd;
}

/**
 * One connection. It collects the responses of its requests, one after the other. It does what undici's `request` does,
 * without its stream and signal, which cost time.
 */
class HttpConnection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #onReady: () => void;
  #exchange: Exchange | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  /** Set when the current request was given up, and undici does not know it yet. */
  #reason: Error | undefined;
  #status = 0;
  #headers: PoolResponse['headers'] = {};
  #body: Buffer[] | undefined;

  /** @param onReady called when a request has ended, and the next one can be sent */
  constructor(client: Client, onReady: () => void) {
    this.#client = client;
    this.#onReady = onReady;
  }

  send(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#client.dispatch(exchange.request, this);
  }

  /** Ends the request without waiting for undici, in which it may still wait for the connection. */
  endIfOverdue(now: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.deadline > now) return;
    this.#exchange = undefined;
    this.#reason = timeoutError();
    exchange.onEnd(undefined, this.#reason);
    this.#controller?.abort(this.#reason);
  }

  close(): void {
    void this.#client.destroy();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#reason) controller.abort(this.#reason);
    else this.#controller = controller;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    (this.#body ??= []).push(chunk);
  }

  onResponseEnd(): void {
    const body = this.#body && (this.#body.length === 1 ? this.#body[0] : Buffer.concat(this.#body));
    const response = { status: this.#status, headers: this.#headers, body };
    const exchange = this.#takeExchange();
    this.#onReady();
    exchange?.onEnd(response);
  }

  onResponseError(_: unknown, error: unknown): void {
    this.#takeExchange()?.onEnd(undefined, error);
    // later, because undici must have ended all requests of a client whose connection has failed
    queueMicrotask(this.#onReady);
  }

  /** @returns undefined if no one waits for the response any more */
  #takeExchange(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#controller = undefined;
    this.#reason = undefined;
    this.#body = undefined;
    return exchange;
  }
}
