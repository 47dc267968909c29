import { Agent, type Dispatcher } from 'undici';
import { LIMITS } from '../limits.js';
import { type IntegrationAnswer } from './integration-client.js';
import { IntegrationFailedError, IntegrationTimedOutError } from './integration-errors.js';

/** One HTTP request, ready to be sent. */
export interface OutgoingRequest {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly method: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
}

/** Sends requests over kept-alive connections; redirects are answers like any other. */
export class HttpClient {
  readonly #agent = new Agent({
    connections: 256,
    // a little less than Node's servers keep a connection (5 s); a server that says its own time is believed
    keepAliveTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LIMITS.integrationAnswerBytes,
  });

  /**
   * @throws {IntegrationTimedOutError} no whole answer within the timeout, which is real time: the backend does not
   *   live by the gateway's clock
   * @throws {IntegrationFailedError} no connection, no HTTP, or an answer over 10 MB
   */
  async send({ timeoutMs, ...request }: OutgoingRequest): Promise<IntegrationAnswer> {
    return new Promise((resolve, reject) => {
      const { origin, path, method, headers, body = null } = request;
      const receiver = new AnswerReceiver(timeoutMs, resolve, (cause, isTimeout) =>
        reject(
          isTimeout
            ? new IntegrationTimedOutError(timeoutMs, { cause })
            : new IntegrationFailedError(origin, { cause }),
        ),
      );
      try {
        this.#agent.dispatch({ origin, path, method, headers: [...headers], body }, receiver);
      } catch (cause) {
        receiver.onResponseError(undefined, cause as Error);
      }
    });
  }

  /** Gives up what is under way and closes the connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/**
 * Takes one answer whole, within its time. This is what undici's own `request` does, without the stream, the signal
 * and the timer left behind that each call of it costs: a third of what the gateway does for a message.
 */
class AnswerReceiver implements Dispatcher.DispatchHandler {
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IntegrationAnswer['headers'] = {};
  #hasTimedOut = false;

  constructor(
    timeoutMs: number,
    private readonly resolve: (answer: IntegrationAnswer) => void,
    private readonly reject: (cause: Error, isTimeout: boolean) => void,
  ) {
    this.#timer = setTimeout(() => {
      this.#hasTimedOut = true;
      const cause = new Error('timeout');
      // it may still wait for a connection
      this.reject(cause, true);
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
    headers: IntegrationAnswer['headers'],
  ): void {
    // the one after a 1xx replaces it
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
    this.reject(cause, this.#hasTimedOut);
  }
}
