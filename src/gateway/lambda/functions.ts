import { type Logger } from 'pino';
import { functionNames } from '../silent/lambda-choices.js';
import { NoFunctionError } from './function-errors.js';
import { type FunctionResponse } from './function-response.js';
import { type FunctionSource } from './function-source.js';
import { InvokeEndpoint } from './invoke-endpoint.js';
import { type LambdaFunction } from './lambda-function.js';
import { LocalFunction } from './local-function.js';

/** The Lambda functions given with `--function`, for integrations and authorizers. */
export class Functions {
  readonly #functions: ReadonlyMap<string, LambdaFunction>;

  /** @param sources by name or ARN, as `parseFunctionFlag` reads them */
  constructor(sources: ReadonlyMap<string, FunctionSource>, log: Logger) {
    this.#functions = new Map(
      sources.entries().map(([name, source]) => [name, open(name, source, log)] as const),
    );
  }

  /**
   * Loads every local module once, so that an unusable one is reported at the start and the first call is fast.
   *
   * @returns one line for each function that cannot be called
   */
  async load(): Promise<readonly string[]> {
    const loaded = await Promise.allSettled(this.#functions.values().map(async (lambda) => lambda.load()));
    return loaded.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Error).message] : [],
    );
  }

  /**
   * @param functionName a name, a partial ARN or an ARN, with or without an alias or version
   * @throws {NoFunctionError} no function has that name
   * @throws {FunctionTimedOutError} no response within `timeoutMs`
   * @throws {FunctionUnavailableError} it did not run
   */
  async invoke(functionName: string, payload: string, timeoutMs: number): Promise<FunctionResponse> {
    const lambda = functionNames(functionName)
      .map((name) => this.#functions.get(name))
      .find((candidate) => candidate !== undefined);
    if (lambda === undefined) throw new NoFunctionError(functionName);
    return lambda.invoke(functionName, payload, timeoutMs);
  }

  /** Ends the workers and the invocations in flight. */
  async close(): Promise<void> {
    await Promise.all(this.#functions.values().map(async (lambda) => lambda.close()));
  }
}

function open(name: string, source: FunctionSource, log: Logger): LambdaFunction {
  switch (source.kind) {
    case 'module':
      return new LocalFunction(name, source, log);
    case 'endpoint':
      return new InvokeEndpoint(name, source.url);
  }
}
