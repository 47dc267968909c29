import { type Socket } from 'node:net';
import { buildConnector, type Dispatcher, Pool } from 'undici';

export interface HttpPoolSettings {
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

export interface PoolRequest {
  readonly method: string;
  readonly path: string;
  /** By name, or names and values by turns. */
  readonly headers: Record<string, string> | string[];
  readonly body?: Uint8Array | string | null | undefined;
}

export interface PoolResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole; undefined when it is empty. */
  readonly body: Uint8Array | undefined;
}

/** Speaks to API Gateway over kept-alive connections, with explicit timeouts. */
export class HttpPool {
  readonly #pool: Pool;
  readonly #underWay = new Set<ResponseReceiver>();
  #timer: NodeJS.Timeout | undefined;

  constructor(endpoint: string, { connections, connectTimeoutMs }: HttpPoolSettings) {
    this.#pool = new Pool(new URL(endpoint).origin, {
      connections,
      // the signature is over HTTP/1.1's headers, and a connection of one's own is what the concurrency counts
      allowH2: false,
      // its own timeouts are half a second late
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: connectorWithin(connectTimeoutMs),
      // a success has no body or a few fields, and an error a sentence
      maxResponseSize: 64 * 1024,
    });
  }

  /**
   * @param timeoutMs until the whole answer is there
   * @param signal gives up when it is aborted
   * @throws an error named `TimeoutError` or `AbortError`, or what undici says of a connection that broke
   */
  call(
    { method, path, headers, body }: PoolRequest,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<PoolResponse> {
    return new Promise((resolve, reject) => {
      const abort = () => receiver.giveUp('AbortError', 'aborted');
      const receiver = new ResponseReceiver(performance.now() + timeoutMs, (error, answer) => {
        this.#underWay.delete(receiver);
        signal?.removeEventListener('abort', abort);
        if (answer) resolve(answer);
        else reject(error);
      });
      this.#underWay.add(receiver);
      this.#timer ??= setTimeout(() => this.#sweep(), SWEEP_MS);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) abort();
      try {
        this.#pool.dispatch({ method, path, headers, body: body ?? null }, receiver);
      } catch (error) {
        receiver.onResponseError(undefined, error);
      }
    });
  }

  /** Gives up what is under way. */
  close(): void {
    clearTimeout(this.#timer);
    void this.#pool.destroy();
  }

  /** Ends what has taken too long. One timer for all: one for each would cost more than its signature. */
  #sweep(): void {
    const now = performance.now();
    for (const receiver of this.#underWay) {
      if (receiver.deadline <= now) receiver.giveUp('TimeoutError', 'no whole answer in time');
    }
    this.#timer = this.#underWay.size > 0 ? setTimeout(() => this.#sweep(), SWEEP_MS) : undefined;
  }
}

const SWEEP_MS = 20;

/** undici's own connector, whose timeout is half a second late as well. */
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
    // it returns the socket, which its type does not say
    const socket = connect(options, ended) as unknown as Socket;
  };
}

/** What undici's own `request` does, without the stream and the signal that each call of it costs. */
class ResponseReceiver implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #reason: Error | undefined;
  #status = 0;
  #headers: PoolResponse['headers'] = {};
  #body: Buffer[] | undefined;

  /**
   * @param deadline of `performance.now()`
   * @param end is called once or more; only the first time counts
   */
  constructor(
    readonly deadline: number,
    private readonly end: (error: unknown, answer?: PoolResponse) => void,
  ) {}

  giveUp(name: 'TimeoutError' | 'AbortError', message: string): void {
    this.#reason = Object.assign(new Error(message), { name });
    // it may still wait for a connection
    this.end(this.#reason);
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
    this.end(undefined, { status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: unknown, error: unknown): void {
    this.end(error);
  }
}
