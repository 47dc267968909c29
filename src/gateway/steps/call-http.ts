import { Agent } from 'undici';
import { LIMITS } from '../limits.js';
import { type IntegrationAnswer } from './call-integration.js';
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
  async send({
    origin,
    path,
    method,
    headers,
    body,
    timeoutMs,
  }: OutgoingRequest): Promise<IntegrationAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await this.#agent.request({
        origin,
        path,
        method,
        headers: [...headers],
        body: body ?? null,
        signal: timeout,
      });
      const received = Buffer.from(await answer.body.arrayBuffer());
      return { status: answer.statusCode, headers: answer.headers, body: received };
    } catch (cause) {
      if (timeout.aborted) throw new IntegrationTimedOutError(timeoutMs, { cause });
      throw new IntegrationFailedError(origin, { cause });
    }
  }

  /** Gives up what is under way and closes the connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
