import { HttpBackend, type Received } from '../support/http-backend.js';
import { backendAddress, FUNCTION_NAME, type StandInOptions } from './target.js';

/** What a function is called with; the suite looks into it, it does not model it. */
// oxlint-disable-next-line typescript/no-explicit-any -- an event has another form for every caller
export type LambdaEvent = any;

/**
 * A Lambda function whose code is the case's own: the Invoke API for one function, which the stand-in calls itself,
 * and on AWS the bridge function (aws/bridge-function.mjs). It is an HTTP backend too, for routes that have both.
 */
export class FunctionBackend implements AsyncDisposable {
  /** Handles an event; what it throws is the function's error. */
  handler: (event: LambdaEvent) => unknown = () => ({ statusCode: 200 });

  private constructor(private readonly backend: HttpBackend) {
    backend.answer = async ({ url, body }) => {
      if (!url.startsWith('/2015-03-31/functions/')) return { status: 200 };
      try {
        return json(await this.handler(JSON.parse(body)));
      } catch (error) {
        const { name, message } = error as Error;
        return json({ errorType: name, errorMessage: message }, { 'X-Amz-Function-Error': 'Unhandled' });
      }
    };
  }

  static async start(): Promise<FunctionBackend> {
    return new FunctionBackend(await HttpBackend.start(backendAddress.port));
  }

  /** For the stand-in: which function is where. */
  get functions(): NonNullable<StandInOptions['functions']> {
    return new Map([[FUNCTION_NAME, { kind: 'endpoint', url: new URL(this.backend.url) }]]);
  }

  /** The next event that the function is called with. */
  async next(): Promise<LambdaEvent> {
    return JSON.parse((await this.backend.next()).body);
  }

  /** For integrations that are no functions. */
  get publicUrl(): string {
    return backendAddress.publicUrl ?? this.backend.url;
  }

  /** The next request that came, of an event or of an HTTP integration. */
  async nextRequest(): Promise<Received> {
    return this.backend.next();
  }

  /** Events that came and were not awaited. */
  get unexpected(): readonly LambdaEvent[] {
    return this.backend.unexpected.map(({ body }) => JSON.parse(body));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.backend[Symbol.asyncDispose]();
  }
}

const json = (value: unknown, headers: Record<string, string> = {}) => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value ?? null),
});
