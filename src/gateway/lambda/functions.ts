import { type Logger } from 'pino';
import { type FunctionAnswer } from './function-response.js';
import { NoFunctionError } from './function-errors.js';
import { type FunctionSource } from './function-source.js';
import { InvokeEndpoint } from './invoke-endpoint.js';
import { LocalFunction } from './local-function.js';

/** One Lambda function, wherever it runs. */
export interface LambdaFunction {
  /**
   * Calls the function as Lambda's Invoke does, and waits for its answer.
   *
   * @param calledAs the name or ARN by which the caller asked for it
   * @param payload JSON
   * @throws {FunctionTimedOutError} no answer within `timeoutMs`
   * @throws {FunctionUnavailableError} it was not run
   */
  invoke(calledAs: string, payload: string, timeoutMs: number): Promise<FunctionAnswer>;
  /** @throws {FunctionSourceError} it cannot be called at all: the module does not load, or has no such export */
  load(): Promise<void>;
  close(): Promise<void>;
}

/** The Lambda functions that integrations and authorizers can call: those given with `--function`. */
export class Functions {
  readonly #functions: ReadonlyMap<string, LambdaFunction>;

  /** @param sources by name or ARN, as `parseFunctionFlag` reads them */
  constructor(sources: ReadonlyMap<string, FunctionSource>, log: Logger) {
    this.#functions = new Map(
      sources.entries().map(([name, source]) => [name, open(name, source, log)] as const),
    );
  }

  /**
   * Loads every local module once, so that one that cannot be called is known at the start and the first call is fast.
   *
   * @returns what is wrong, one line for each function that cannot be called
   */
  async load(): Promise<readonly string[]> {
    const loaded = await Promise.allSettled(this.#functions.values().map(async (each) => each.load()));
    return loaded.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Error).message] : [],
    );
  }

  /**
   * @param functionName a name or an ARN, partial or whole, with or without an alias or version
   * @throws {NoFunctionError} no function has that name
   * @throws {FunctionTimedOutError} no answer within `timeoutMs`
   * @throws {FunctionUnavailableError} it was not run
   */
  async invoke(functionName: string, payload: string, timeoutMs: number): Promise<FunctionAnswer> {
    const found = namesOf(functionName)
      .map((name) => this.#functions.get(name))
      .find((each) => each !== undefined);
    if (found === undefined) throw new NoFunctionError(functionName);
    return found.invoke(functionName, payload, timeoutMs);
  }

  /** Ends the workers and what they have under way. */
  async close(): Promise<void> {
    await Promise.all(this.#functions.values().map(async (each) => each.close()));
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

/**
 * Under which names a function may have been given, the most exact one first. Lambda takes `NAME`,
 * `ACCOUNT:function:NAME` and `arn:…:function:NAME`, each with `:ALIAS` or `:VERSION` after it.
 */
function namesOf(functionName: string): readonly string[] {
  const [, prefix = '', name = functionName, qualifier = ''] =
    functionName.match(/^(.*:?function:)?([\w-]+)(:[\w$-]+)?$/) ?? [];
  return [functionName, `${prefix}${name}`, `${name}${qualifier}`, name];
}
