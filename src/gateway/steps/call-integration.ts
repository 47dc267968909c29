import { Agent } from 'undici';
import { LIMITS } from '../limits.js';
import { type IntegrationRequest } from './map-request.js';

/** What the HTTP backend answered. */
export interface IntegrationAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends integration requests over kept-alive connections; redirects are answers like any other. */
export class IntegrationClient {
  readonly #agent = new Agent({
    connections: 256,
    // a little less than Node's servers keep a connection (5 s); a server that says its own time is believed
    keepAliveTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LIMITS.integrationAnswerBytes,
  });

  /**
   * @param origin from `findTarget`
   * @throws {IntegrationTimedOutError} no whole answer within the integration's timeout
   * @throws {IntegrationFailedError} no connection, no HTTP, or an answer over 10 MB
   */
  async call(request: IntegrationRequest, origin: string): Promise<IntegrationAnswer> {
    const timeout = AbortSignal.timeout(request.timeoutMs);
    try {
      const answer = await this.#agent.request({
        origin,
        path: `${request.url.pathname}${request.url.search}`,
        method: request.method,
        headers: [...request.headers],
        body: request.body ?? null,
        signal: timeout,
      });
      const body = Buffer.from(await answer.body.arrayBuffer());
      return { status: answer.statusCode, headers: answer.headers, body };
    } catch (cause) {
      if (timeout.aborted) throw new IntegrationTimedOutError(request.timeoutMs, { cause });
      throw new IntegrationFailedError(origin, { cause });
    }
  }

  /** Gives up what is under way and closes the connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

export class IntegrationTimedOutError extends Error {
  override readonly name = 'IntegrationTimedOutError';
  constructor(timeoutMs: number, options: ErrorOptions) {
    super(`the integration did not answer within ${timeoutMs} ms`, options);
  }
}

export class IntegrationFailedError extends Error {
  override readonly name = 'IntegrationFailedError';
  constructor(origin: string, options: ErrorOptions) {
    const { cause } = options;
    super(
      `the integration at ${origin} gave no answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      options,
    );
  }
}
