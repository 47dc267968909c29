import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { FunctionTimedOutError, FunctionUnavailableError } from './function-errors.js';
import { arnOf, plainName } from './function-name.js';
import { failedResponse, type FunctionResponse, withinLimit } from './function-response.js';
import { type LambdaContext, type LambdaHandler } from './function-source.js';
import { type LambdaFunction } from './lambda-function.js';

/** A function that runs in this process: it can share variables with a test. */
export class InProcessFunction implements LambdaFunction {
  readonly #functionName: string;
  readonly #inFlight = new Set<PromiseWithResolvers<never>>();
  #isClosed = false;

  /** @param name may be an ARN */
  constructor(
    private readonly name: string,
    private readonly handler: LambdaHandler,
    private readonly log: Logger,
  ) {
    this.#functionName = plainName(name);
  }

  /** A handler that does not return in time keeps running, and its result is ignored. */
  async invoke(calledAs: string, payload: string, timeoutMs: number): Promise<FunctionResponse> {
    if (this.#isClosed) throw this.#stopping();
    const deadline = performance.now() + timeoutMs;
    const context: LambdaContext = {
      functionName: this.#functionName,
      functionVersion: '$LATEST',
      invokedFunctionArn: calledAs.startsWith('arn:') ? calledAs : arnOf(this.#functionName),
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
    };
    const cancel = new AbortController();
    const timedOut = setTimeout(timeoutMs, undefined, { signal: cancel.signal });
    timedOut.catch(() => undefined);
    const closed = Promise.withResolvers<never>();
    this.#inFlight.add(closed);
    try {
      const response = await Promise.race([this.#run(payload, context), timedOut, closed.promise]);
      if (response === undefined) throw new FunctionTimedOutError(this.name, timeoutMs);
      return { ...response, requestId: context.awsRequestId };
    } finally {
      this.#inFlight.delete(closed);
      cancel.abort();
    }
  }

  /** Does nothing: it is loaded. */
  async load(): Promise<void> {}

  /** Ends the invocations in flight; their handlers keep running. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#inFlight) reject(this.#stopping());
  }

  #stopping(): FunctionUnavailableError {
    return new FunctionUnavailableError(this.name, 'the gateway is stopping');
  }

  async #run(payload: string, context: LambdaContext): Promise<FunctionResponse> {
    try {
      const result = await this.handler(JSON.parse(payload), context);
      return withinLimit(JSON.stringify(result) ?? 'null');
    } catch (error) {
      const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      const response = failedResponse(name, message, stack.split('\n'));
      const { functionName, awsRequestId: requestId } = context;
      this.log.warn({ functionName, requestId, ...JSON.parse(response.payload) }, 'function failed');
      return response;
    }
  }
}
