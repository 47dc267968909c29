import { Agent, type Dispatcher } from 'undici';
import { LIMITS } from '../limits.js';
import { type BackendResponse } from './backend-response.js';
import { IntegrationFailedError, IntegrationTimedOutError } from './integration-errors.js';

/** One HTTP request, ready to be sent. */
export interface OutgoingRequest {
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly method: string;
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  /** The name that the certificate of an `https` origin must have; by default that of the `Host` header. */
  readonly serverName?: string | undefined;
  readonly timeoutMs: number;
}

/** Sends requests over kept-alive connections and does not follow redirects. */
export class HttpClient {
  readonly #agent = new Agent({
    connections: 256,
    // shorter than the 5 s of Node's servers; a server's own Keep-Alive header takes precedence
    keepAliveTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LIMITS.integrationResponseBytes,
  });

  /**
   * @throws {IntegrationTimedOutError} no complete response within the timeout, in real time
   * @throws {IntegrationFailedError} no connection, no HTTP, or a response over 10 MB
   */
  async send({ timeoutMs, ...request }: OutgoingRequest): Promise<BackendResponse> {
    return new Promise((resolve, reject) => {
      const { origin, path, method, headers, body = null, serverName } = request;
      const receiver = new ResponseReceiver(timeoutMs, resolve, (cause, { isTimeout, isOutcomeUnknown }) =>
        reject(
          isTimeout
            ? new IntegrationTimedOutError(timeoutMs, { cause, isOutcomeUnknown })
            : new IntegrationFailedError(origin, { cause, isOutcomeUnknown }),
        ),
      );
      try {
        const options = { origin, path, method, headers: headers as string[], body, servername: serverName };
        this.#agent.dispatch(options, receiver);
      } catch (cause) {
        receiver.onResponseError(undefined, cause as Error);
      }
    });
  }

  /** Aborts requests in flight and closes the connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/**
 * Collects one response within its timeout. undici's own `request` would add a stream, an abort signal and an uncleared
 * timer to each call: a third of the gateway's processor time for a message.
 */
class ResponseReceiver implements Dispatcher.DispatchHandler {
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: BackendResponse['headers'] = {};
  #hasTimedOut = false;

  constructor(
    timeoutMs: number,
    private readonly resolve: (response: BackendResponse) => void,
    private readonly reject: (cause: Error, failure: Failure) => void,
  ) {
    this.#timer = setTimeout(() => {
      this.#hasTimedOut = true;
      const cause = new Error('timeout');
      // rejected here, because a request that waits for a connection has no controller to abort
      this.reject(cause, this.#failure);
      this.#controller?.abort(cause);
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#hasTimedOut) controller.abort(new Error('timeout'));
    else this.#controller = controller;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: BackendResponse['headers'],
  ): void {
    // called for each 1xx too: the last call has the final status
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    this.resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, cause: Error): void {
    clearTimeout(this.#timer);
    this.reject(cause, this.#failure);
  }

  get #failure(): Failure {
    // a request has a controller once undici begins to write it; the status may be one of 1xx
    const isSent = this.#controller !== undefined;
    return { isTimeout: this.#hasTimedOut, isOutcomeUnknown: isSent && this.#status < 300 };
  }
}

/** How a request without a complete response ended. */
interface Failure {
  readonly isTimeout: boolean;
  readonly isOutcomeUnknown: boolean;
}
