import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { LIMITS } from '../limits.js';
import { type ExecutionEnvironment } from './execution-environment.js';
import { FunctionTimedOutError, FunctionUnavailableError } from './function-errors.js';
import { arnOf, plainName } from './function-name.js';
import { type Invocation } from './function-messages.js';
import { type FunctionResponse } from './function-response.js';
import { FunctionSourceError } from './function-source.js';
import { type LambdaFunction } from './lambda-function.js';

/**
 * A function that runs here, in a module or by a command. Concurrent invocations run in separate environments, as on AWS,
 * up to a limit beyond which they wait. After a change of one of its files, the next invocation uses the new one;
 * invocations in flight finish on the old one.
 */
export class LocalFunction implements LambdaFunction {
  readonly #functionName: string;
  readonly #environments = new Set<ExecutionEnvironment>();
  /** A stack: the one used last is reused first. */
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #waiting: ((environment: ExecutionEnvironment | undefined) => void)[] = [];
  #loading = 0;
  #isClosed = false;

  /**
   * @param name as given with `--function`; may be an ARN
   * @param start starts another environment
   * @param isDeployed whether a template contains it; others come from `--function`
   */
  constructor(
    private readonly name: string,
    private readonly start: (functionName: string) => ExecutionEnvironment,
    private readonly log: Logger,
    private readonly isDeployed = false,
  ) {
    this.#functionName = plainName(name);
  }

  async load(): Promise<void> {
    const environment = await this.#take();
    const failed = await environment?.loaded;
    this.#release(environment);
    if (failed === undefined) return;
    const { errorMessage } = JSON.parse(failed.payload) as { readonly errorMessage: string };
    if (this.isDeployed) {
      // the app may be needed for other functions; on AWS only the calls of this one fail
      this.log.warn(
        {
          functionName: this.#functionName,
          reason: errorMessage,
          advice: 'its calls fail; --function NAME=FILE gives another one',
        },
        'function of a template cannot be loaded',
      );
      return;
    }
    throw new FunctionSourceError(`--function ${this.name}: ${errorMessage}`);
  }

  /**
   * The timeout starts now and includes loading. It also ends the function, because the timeout of its own is not known
   * here.
   */
  async invoke(calledAs: string, payload: string, timeoutMs: number): Promise<FunctionResponse> {
    const invocation: Invocation = {
      requestId: randomUUID(),
      invokedFunctionArn: calledAs.startsWith('arn:') ? calledAs : arnOf(this.#functionName),
      payload,
      deadline: Date.now() + timeoutMs,
    };
    const cancel = new AbortController();
    const timedOut = setTimeout(timeoutMs, TIMED_OUT, { signal: cancel.signal });
    timedOut.catch(() => undefined);
    try {
      const response = await this.#respond(invocation, timedOut);
      if (response === TIMED_OUT) throw new FunctionTimedOutError(this.name, timeoutMs);
      if (response.functionError !== undefined) this.#report(invocation.requestId, response);
      return { ...response, requestId: invocation.requestId };
    } finally {
      cancel.abort();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    await Promise.all([...this.#environments].map(async (environment) => environment.end()));
  }

  async #respond(
    invocation: Invocation,
    timedOut: Promise<typeof TIMED_OUT>,
  ): Promise<FunctionResponse | typeof TIMED_OUT> {
    const taken = this.#take();
    const environment = await Promise.race([taken, timedOut]);
    if (environment === TIMED_OUT) {
      // the environment still arrives, and goes to the next invocation
      void taken.then((late) => this.#release(late));
      return TIMED_OUT;
    }
    if (environment === undefined) throw new FunctionUnavailableError(this.name, 'the gateway is stopping');
    const failed = await environment.loaded;
    const response = failed ?? (await Promise.race([environment.invoke(invocation), timedOut]));
    if (response === TIMED_OUT) void environment.end();
    this.#release(environment);
    return response;
  }

  /** @returns an environment after its load or failed load, to be released; `undefined` when the gateway is stopping */
  async #take(): Promise<ExecutionEnvironment | undefined> {
    if (this.#isClosed) return undefined;
    for (;;) {
      const environment = this.#idle.pop();
      if (environment === undefined) break;
      if (environment.isUsable) return environment;
      this.#drop(environment);
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#startAsNeeded();
    });
  }

  #release(environment: ExecutionEnvironment | undefined): void {
    if (environment === undefined || this.#isClosed) return;
    if (!environment.isUsable) this.#drop(environment);
    else if (this.#waiting.length === 0) this.#idle.push(environment);
    else this.#waiting.shift()?.(environment);
    this.#startAsNeeded();
  }

  /** A waiting invocation gets the first free environment: a new one, or one that another invocation has released. */
  #startAsNeeded(): void {
    while (
      this.#loading < Math.min(this.#waiting.length, MAX_CONCURRENT_LOADS) &&
      this.#environments.size < LIMITS.functionEnvironments
    ) {
      const environment = this.start(this.#functionName);
      this.#environments.add(environment);
      this.#loading += 1;
      void this.#whenLoaded(environment);
    }
  }

  async #whenLoaded(environment: ExecutionEnvironment): Promise<void> {
    const failed = await environment.loaded;
    this.#loading -= 1;
    // a failed load fails one invocation; the next one loads again
    if (failed !== undefined && this.#waiting.length > 0) this.#waiting.shift()?.(environment);
    else this.#release(environment);
  }

  #drop(environment: ExecutionEnvironment): void {
    this.#environments.delete(environment);
    void environment.end();
  }

  /** Logs the trace, which the client does not receive. */
  #report(requestId: string, { payload }: FunctionResponse): void {
    const error = JSON.parse(payload) as object;
    this.log.warn({ functionName: this.#functionName, requestId, ...error }, 'function failed');
  }
}

/** More would slow each other down. */
const MAX_CONCURRENT_LOADS = availableParallelism();

const TIMED_OUT = Symbol('timed out');
