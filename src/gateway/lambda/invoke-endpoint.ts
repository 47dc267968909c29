import { Agent } from 'undici';
import { LIMITS } from '../limits.js';
import { isFunctionError } from '../silent/lambda-choices.js';
import { FunctionTimedOutError, FunctionUnavailableError } from './function-errors.js';
import { failedResponse, type FunctionResponse } from './function-response.js';
import { type LambdaFunction } from './lambda-function.js';

/**
 * A function behind an endpoint with Lambda's Invoke API: the Runtime Interface Emulator, `sam local start-lambda`,
 * LocalStack. Requests are not signed.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export class InvokeEndpoint implements LambdaFunction {
  readonly #agent = new Agent({
    keepAliveTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LIMITS.functionResponseBytes,
  });
  /** Those that may be the function's; after a response only the one that it came from. */
  #urls: readonly URL[];

  /**
   * @param url the endpoint's, or the function's whole URL. The emulator's only function is called `function`, whatever
   *   its name is: an endpoint without a function of the name is asked for that one
   */
  constructor(
    private readonly name: string,
    url: URL,
  ) {
    const path = url.pathname.replace(/\/+$/, '');
    const paths = INVOCATIONS.test(path) ? [path] : [invocations(path, name), invocations(path, EMULATED)];
    this.#urls = paths.map((each) => Object.assign(new URL(url), { pathname: each }));
  }

  async invoke(_calledAs: string, payload: string, timeoutMs: number): Promise<FunctionResponse> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const [url, emulated] = this.#urls;
    if (url === undefined) throw new Error('an endpoint has a URL');
    try {
      let response = await this.#request(url, payload, timeout);
      let text = await response.body.text();
      if (emulated !== undefined && response.statusCode === 404 && !isJson(text)) {
        // the emulator's text for any other path
        response = await this.#request(emulated, payload, timeout);
        text = await response.body.text();
        if (response.statusCode === 200) this.#urls = [emulated];
      }
      if (response.statusCode !== 200) {
        throw new FunctionUnavailableError(
          this.name,
          `${url.href} responded with status ${response.statusCode}`,
        );
      }
      const requestId = response.headers['x-amzn-requestid'];
      return {
        ...readResponse(text, response.headers['x-amz-function-error']),
        ...(typeof requestId === 'string' && { requestId }),
      };
    } catch (cause) {
      if (cause instanceof FunctionUnavailableError) throw cause;
      if (timeout.aborted) throw new FunctionTimedOutError(this.name, timeoutMs, { cause });
      throw new FunctionUnavailableError(this.name, `${url.href} did not respond: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  async #request(url: URL, payload: string, signal: AbortSignal) {
    return this.#agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': 'RequestResponse' },
      body: payload,
      signal,
    });
  }

  /** Does nothing: the endpoint may be started later than the gateway. */
  async load(): Promise<void> {}

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

const INVOCATIONS = /\/2015-03-31\/functions\/[^/]+\/invocations$/;

const invocations = (path: string, name: string) =>
  `${path}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;

/** The name of the only function of the Runtime Interface Emulator. */
const EMULATED = 'function';

/** The errors of Lambda's API are JSON. */
const isJson = (text: string) => text.trimStart().startsWith('{');

/**
 * Without the header a response is a failure by its form, or if it is not JSON: `Task timed out after 3.00 seconds`.
 */
function readResponse(text: string, header: string | string[] | undefined): FunctionResponse {
  if (header !== undefined)
    return { payload: text, functionError: header === 'Handled' ? 'Handled' : 'Unhandled' };
  let json: unknown;
  try {
    json = JSON.parse(text === '' ? 'null' : text);
  } catch {
    return failedResponse('Runtime.Unknown', text);
  }
  return isFunctionError(json)
    ? { payload: text, functionError: 'Unhandled' }
    : { payload: text === '' ? 'null' : text };
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
