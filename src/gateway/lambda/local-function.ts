import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { LIMITS } from '../limits.js';
import { type FunctionAnswer } from './function-response.js';
import { FunctionEnvironment } from './function-environment.js';
import { FunctionTimedOutError, FunctionUnavailableError } from './function-errors.js';
import { type Invocation } from './function-messages.js';
import { FunctionSourceError, type ModuleSource } from './function-source.js';
import { type LambdaFunction } from './functions.js';

/**
 * A function that is an ES module on this machine. Calls at the same time run in environments of their own, as on AWS,
 * up to a limit beyond which they wait. When the module or a file that it imports has changed, the next call finds the
 * new one; calls under way finish on the old one.
 */
export class LocalFunction implements LambdaFunction {
  readonly #functionName: string;
  readonly #environments = new Set<FunctionEnvironment>();
  /** The one used last is used first. */
  readonly #idle: FunctionEnvironment[] = [];
  readonly #waiting: ((environment: FunctionEnvironment | undefined) => void)[] = [];
  #loading = 0;
  #isClosed = false;

  /** @param name as it was given with `--function`; perhaps an ARN */
  constructor(
    private readonly name: string,
    private readonly source: ModuleSource,
    private readonly log: Logger,
  ) {
    this.#functionName = name.replace(/^arn:.*:function:/, '').replace(/:.*$/, '');
  }

  async load(): Promise<void> {
    const environment = await this.#take();
    const failed = await environment?.loaded;
    this.#release(environment);
    if (failed === undefined) return;
    const { errorMessage } = JSON.parse(failed.payload) as { readonly errorMessage: string };
    throw new FunctionSourceError(`--function ${this.name}: ${errorMessage}`);
  }

  /**
   * The time that it is given counts from now, with what it takes to load. It is also all the time that the function
   * itself has: its own timeout is not known here, so it ends with the caller's.
   */
  async invoke(calledAs: string, payload: string, timeoutMs: number): Promise<FunctionAnswer> {
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
      const answer = await this.#answer(invocation, timedOut);
      if (answer === TIMED_OUT) throw new FunctionTimedOutError(this.name, timeoutMs);
      if (answer.functionError !== undefined) this.#report(invocation.requestId, answer);
      return answer;
    } finally {
      cancel.abort();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    await Promise.all([...this.#environments].map(async (environment) => environment.end()));
  }

  async #answer(
    invocation: Invocation,
    timedOut: Promise<typeof TIMED_OUT>,
  ): Promise<FunctionAnswer | typeof TIMED_OUT> {
    const taken = this.#take();
    const environment = await Promise.race([taken, timedOut]);
    if (environment === TIMED_OUT) {
      // its turn comes nevertheless, and goes to the next
      void taken.then((late) => this.#release(late));
      return TIMED_OUT;
    }
    if (environment === undefined) throw new FunctionUnavailableError(this.name, 'the gateway stops');
    const failed = await environment.loaded;
    const answer = failed ?? (await Promise.race([environment.invoke(invocation), timedOut]));
    if (answer === TIMED_OUT) void environment.end();
    this.#release(environment);
    return answer;
  }

  /** @returns an environment that has loaded, or could not, to be released; none when the gateway stops */
  async #take(): Promise<FunctionEnvironment | undefined> {
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

  #release(environment: FunctionEnvironment | undefined): void {
    if (environment === undefined || this.#isClosed) return;
    if (!environment.isUsable) this.#drop(environment);
    else if (this.#waiting.length === 0) this.#idle.push(environment);
    else this.#waiting.shift()?.(environment);
    this.#startAsNeeded();
  }

  /** Those who wait take what is free first, a new environment or one that another call has left. */
  #startAsNeeded(): void {
    while (
      this.#loading < Math.min(this.#waiting.length, LOADING_AT_ONCE) &&
      this.#environments.size < LIMITS.functionEnvironments
    ) {
      const { file, exportName } = this.source;
      const data = { functionName: this.#functionName, file, exportName };
      const environment = new FunctionEnvironment(data, this.log);
      this.#environments.add(environment);
      this.#loading += 1;
      void this.#whenLoaded(environment);
    }
  }

  async #whenLoaded(environment: FunctionEnvironment): Promise<void> {
    const failed = await environment.loaded;
    this.#loading -= 1;
    // a failure is the answer to one call; whether the next one fails too, it finds out for itself
    if (failed !== undefined && this.#waiting.length > 0) this.#waiting.shift()?.(environment);
    else this.#release(environment);
  }

  #drop(environment: FunctionEnvironment): void {
    this.#environments.delete(environment);
    void environment.end();
  }

  /** The trace is for who writes the function; a client never sees it. */
  #report(requestId: string, { payload }: FunctionAnswer): void {
    const error = JSON.parse(payload) as object;
    this.log.warn({ functionName: this.#functionName, requestId, ...error }, 'function failed');
  }
}

/** More would only make each other slower. */
const LOADING_AT_ONCE = availableParallelism();

const TIMED_OUT = Symbol('timed out');

/** Of a function that was called by its name: the account is made up. */
const arnOf = (functionName: string) => `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
