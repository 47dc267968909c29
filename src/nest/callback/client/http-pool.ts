import { type Socket } from 'node:net';
import { buildConnector, type Dispatcher, Pool } from 'undici';

export interface HttpPoolSettings {
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

export interface PoolRequest {
  readonly method: string;
  readonly path: string;
  /** A record, or a flat list: name, value, … */
  readonly headers: Record<string, string> | string[];
  readonly body?: Uint8Array | string | null | undefined;
}

export interface PoolResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The complete body; undefined if it is empty. */
  readonly body: Uint8Array | undefined;
}

/** Kept-alive HTTP/1.1 connections to the callback endpoint, with exact timeouts. Both ways to post use them. */
export class HttpPool {
  readonly #pool: Pool;
  readonly #inFlight = new Set<ResponseReceiver>();
  #timer: NodeJS.Timeout | undefined;

  constructor(endpoint: string, { connections, connectTimeoutMs }: HttpPoolSettings) {
    this.#pool = new Pool(new URL(endpoint).origin, {
      connections,
      // the signature covers HTTP/1.1 headers, and the concurrency limits count one connection per request
      allowH2: false,
      // undici's own timeouts fire up to half a second late
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: connectorWithin(connectTimeoutMs),
      // a success has no body or a few fields, and an error one sentence
      maxResponseSize: 64 * 1024,
    });
  }

  /**
   * @param timeoutMs until the response is complete
   * @param signal aborts the request
   * @throws an error named `TimeoutError` or `AbortError`, or undici's error for a broken connection
   */
  request(
    { method, path, headers, body }: PoolRequest,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<PoolResponse> {
    return new Promise((resolve, reject) => {
      const abort = () => receiver.giveUp('AbortError', 'aborted');
      const receiver = new ResponseReceiver(performance.now() + timeoutMs, (error, response) => {
        this.#inFlight.delete(receiver);
        signal?.removeEventListener('abort', abort);
        if (response) resolve(response);
        else reject(error);
      });
      this.#inFlight.add(receiver);
      this.#timer ??= setTimeout(() => this.#endOverdue(), TIMEOUT_CHECK_MS);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) abort();
      try {
        this.#pool.dispatch({ method, path, headers, body: body ?? null }, receiver);
      } catch (error) {
        receiver.onResponseError(undefined, error);
      }
    });
  }

  /** Aborts the requests in flight. */
  close(): void {
    clearTimeout(this.#timer);
    void this.#pool.destroy();
  }

  /** Ends the requests whose timeout has passed. One timer serves all: one per request costs more than a signature. */
  #endOverdue(): void {
    const now = performance.now();
    for (const receiver of this.#inFlight) {
      if (receiver.deadline <= now) receiver.giveUp('TimeoutError', 'no complete response in time');
    }
    this.#timer =
      this.#inFlight.size > 0 ? setTimeout(() => this.#endOverdue(), TIMEOUT_CHECK_MS) : undefined;
  }
}

const TIMEOUT_CHECK_MS = 20;

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

/** Collects one response. Does what undici's `request` does, without its stream and signal, which cost time. */
class ResponseReceiver implements Dispatcher.DispatchHandler {
  readonly deadline: number;
  readonly #end: (error: unknown, response?: PoolResponse) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #reason: Error | undefined;
  #status = 0;
  #headers: PoolResponse['headers'] = {};
  #body: Buffer[] | undefined;

  /**
   * @param deadline a time of `performance.now()`
   * @param end called once or more; only the first call counts
   */
  constructor(deadline: number, end: (error: unknown, response?: PoolResponse) => void) {
    this.deadline = deadline;
    this.#end = end;
  }

  giveUp(name: 'TimeoutError' | 'AbortError', message: string): void {
    this.#reason = Object.assign(new Error(message), { name });
    // without waiting for undici, whose request may still wait for a connection
    this.#end(this.#reason);
    this.#controller?.abort(this.#reason);
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
    this.#end(undefined, { status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: unknown, error: unknown): void {
    this.#end(error);
  }
}
