import { type Faults, type FaultyCall } from '../faults.js';
import { type Functions } from '../lambda/functions.js';
import { type BackendResponse } from './backend-response.js';
import { type AwsServices, callAws } from './call-aws.js';
import { HttpClient } from './call-http.js';
import { callLambda } from './call-lambda.js';
import { injectFaults } from './inject-faults.js';
import { type IntegrationRequest } from './integration-request.js';

/** Calls integrations of every type. */
export class IntegrationClient {
  readonly #http = new HttpClient();

  /** @param functions are closed with the client */
  constructor(
    private readonly functions: Functions,
    private readonly services: AwsServices,
    private readonly faults: Faults,
  ) {}

  /**
   * @param event for which it is called; faults can be limited to some
   * @param origin target of an HTTP request, from `findTarget`; by default the origin of its URL
   * @throws {IntegrationTimedOutError} no complete response within the integration's timeout
   * @throws {IntegrationFailedError} no response at all
   * @throws {FunctionFailedError} the function of a proxy integration failed
   * @throws {UnusableResponseError} the result of a proxy integration's function is not a response
   */
  async call(
    integrationRequest: IntegrationRequest,
    event: FaultyCall,
    origin?: string,
  ): Promise<BackendResponse> {
    const request = await injectFaults(integrationRequest, this.faults, event);
    switch (request.kind) {
      case 'http': {
        const { url, method, headers, body, timeoutMs } = request;
        const path = `${url.pathname}${url.search}`;
        return this.#http.send({ origin: origin ?? url.origin, path, method, headers, body, timeoutMs });
      }
      case 'forward':
        return this.#http.send(request);
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

  /** Aborts calls in flight, closes connections and functions. */
  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.functions.close()]);
  }
}
