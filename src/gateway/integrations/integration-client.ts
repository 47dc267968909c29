import { type Faults } from '../faults.js';
import { type Functions } from '../lambda/functions.js';
import { type AwsServices, callAws } from './call-aws.js';
import { HttpClient } from './call-http.js';
import { callLambda } from './call-lambda.js';
import { type IntegrationRequest } from '../websocket/steps/map-request.js';
import { meetFaults } from './inject-faults.js';

/** What the integration answered, whatever its type. */
export interface IntegrationAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** Of the function behind an `AWS` integration, when its answer has one: it selects the integration response. */
  readonly errorMessage?: string;
}

/** Sends integration requests, each to where its kind leads. */
export class IntegrationClient {
  readonly #http = new HttpClient();

  /** @param functions are closed with the client */
  constructor(
    private readonly functions: Functions,
    private readonly services: AwsServices,
    private readonly faults: Faults,
  ) {}

  /**
   * @param origin where an HTTP request goes, from `findTarget`; the others know for themselves
   * @throws {IntegrationTimedOutError} no whole answer within the integration's timeout
   * @throws {IntegrationFailedError} nothing that could be called an answer
   * @throws {FunctionFailedError} the function of a proxy integration failed
   * @throws {UnusableAnswerError} the function of a proxy integration returned no answer
   */
  async call(given: IntegrationRequest, origin?: string): Promise<IntegrationAnswer> {
    const request = await meetFaults(given, this.faults);
    switch (request.kind) {
      case 'http': {
        const { url, method, headers, body, timeoutMs } = request;
        const path = `${url.pathname}${url.search}`;
        return this.#http.send({ origin: origin ?? url.origin, path, method, headers, body, timeoutMs });
      }
      case 'lambda':
        return callLambda(this.functions, request);
      case 'aws':
        return callAws(this.services, this.#http, request);
      case 'mock':
        return { status: request.status, headers: {}, body: Buffer.alloc(0) };
      default:
        return request satisfies never;
    }
  }

  /** Gives up what is under way, and ends connections and functions. */
  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.functions.close()]);
  }
}
