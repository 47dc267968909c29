import { Agent } from 'undici';
import { LIMITS } from '../limits.js';
import { failure, type FunctionAnswer } from './function-response.js';
import { FunctionTimedOutError, FunctionUnavailableError } from './function-errors.js';
import { type LambdaFunction } from './functions.js';

/**
 * A function behind an endpoint that speaks Lambda's Invoke: the Runtime Interface Emulator, `sam local start-lambda`,
 * LocalStack. Requests are not signed.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export class InvokeEndpoint implements LambdaFunction {
  readonly #agent = new Agent({
    keepAliveTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LIMITS.functionAnswerBytes,
  });
  readonly #url: URL;

  /** @param url of the endpoint, or the whole URL of the function: the emulator knows its own by the name `function` */
  constructor(
    private readonly name: string,
    url: URL,
  ) {
    const path = url.pathname.replace(/\/+$/, '');
    this.#url = new URL(url);
    this.#url.pathname = INVOCATIONS.test(path)
      ? path
      : `${path}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  }

  async invoke(_calledAs: string, payload: string, timeoutMs: number): Promise<FunctionAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await this.#agent.request({
        origin: this.#url.origin,
        path: `${this.#url.pathname}${this.#url.search}`,
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': 'RequestResponse' },
        body: payload,
        signal: timeout,
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) {
        throw new FunctionUnavailableError(this.name, `${this.#url.href} answered ${answer.statusCode}`);
      }
      return readAnswer(text, answer.headers['x-amz-function-error']);
    } catch (cause) {
      if (cause instanceof FunctionUnavailableError) throw cause;
      if (timeout.aborted) throw new FunctionTimedOutError(this.name, timeoutMs, { cause });
      throw new FunctionUnavailableError(this.name, `${this.#url.href} gave no answer: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  /** It may be started later than the gateway. */
  async load(): Promise<void> {}

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

const INVOCATIONS = /\/2015-03-31\/functions\/[^/]+\/invocations$/;

/**
 * The header says whether the function failed. The emulator does not send it: there an answer that is an error by its
 * form is taken for one, as SAM does, and so is one that is no JSON (`Task timed out after 3.00 seconds`), since what
 * a function returns always is.
 */
function readAnswer(text: string, header: string | string[] | undefined): FunctionAnswer {
  if (header !== undefined)
    return { payload: text, functionError: header === 'Handled' ? 'Handled' : 'Unhandled' };
  let json: unknown;
  try {
    json = JSON.parse(text === '' ? 'null' : text);
  } catch {
    return failure('Runtime.Unknown', text);
  }
  return isError(json)
    ? { payload: text, functionError: 'Unhandled' }
    : { payload: text === '' ? 'null' : text };
}

const isError = (json: unknown): boolean =>
  typeof json === 'object' &&
  json !== null &&
  'errorMessage' in json &&
  'errorType' in json &&
  Object.keys(json).every((key) => ERROR_KEYS.has(key));

const ERROR_KEYS = new Set(['errorMessage', 'errorType', 'requestId', 'stackTrace', 'trace', 'cause']);

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
