import { type Logger } from 'pino';
import { functionNames } from '../silent/lambda-choices.js';
import { UsageError } from '../usage-error.js';
import { CommandEnvironment } from './command-environment.js';
import { FunctionEnvironment } from './function-environment.js';
import { NoFunctionError } from './function-errors.js';
import { type FunctionResponse } from './function-response.js';
import { type FunctionSource, isSameSource } from './function-source.js';
import { InProcessFunction } from './in-process-function.js';
import { InvokeEndpoint } from './invoke-endpoint.js';
import { type LambdaFunction } from './lambda-function.js';
import { LocalFunction } from './local-function.js';

/** The Lambda functions given with `--function`, for integrations and authorizers. */
export class Functions {
  #functions: ReadonlyMap<string, OpenFunction>;

  /** @param sources by name or ARN, as `parseFunctionFlag` reads them */
  constructor(
    sources: ReadonlyMap<string, FunctionSource>,
    private readonly log: Logger,
  ) {
    this.#functions = openAll(sources, log, new Map());
  }

  /**
   * Loads every local module once, so that an unusable one is reported at the start and the first call is fast.
   *
   * @throws {UsageError} has one line for each function that cannot be called
   */
  async load(): Promise<void> {
    await loadAll(this.#functions.values());
  }

  /**
   * Prepares other sources: functions whose source stays the same continue, and the others are loaded.
   *
   * @throws {UsageError} has one line for each function that cannot be called; nothing changes
   */
  async prepare(sources: ReadonlyMap<string, FunctionSource>): Promise<PreparedFunctions> {
    const before = this.#functions;
    const after = openAll(sources, this.log, before);
    const added = onlyIn(after, before);
    const discard = async () => closeAll(added);
    try {
      await loadAll(added);
    } catch (error) {
      await discard();
      throw error;
    }
    const apply = async () => {
      this.#functions = after;
      await closeAll(onlyIn(before, after));
    };
    return { apply, discard };
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
    return lambda.runner.invoke(functionName, payload, timeoutMs);
  }

  /** Ends the workers and the invocations in flight. */
  async close(): Promise<void> {
    await closeAll([...this.#functions.values()]);
  }
}

/** Loaded functions that can replace others. */
export interface PreparedFunctions {
  /** Replaces them; functions that are no longer given are ended, with their invocations in flight. */
  apply(): Promise<void>;
  discard(): Promise<void>;
}

interface OpenFunction {
  readonly source: FunctionSource;
  readonly runner: LambdaFunction;
}

/** @param known functions that continue if their source is the same */
function openAll(
  sources: ReadonlyMap<string, FunctionSource>,
  log: Logger,
  known: ReadonlyMap<string, OpenFunction>,
): ReadonlyMap<string, OpenFunction> {
  return new Map(
    sources.entries().map(([name, source]) => {
      const same = known.get(name);
      return same && isSameSource(same.source, source)
        ? [name, same]
        : [name, { source, runner: open(name, source, log) }];
    }),
  );
}

async function loadAll(functions: Iterable<OpenFunction>): Promise<void> {
  const loaded = await Promise.allSettled([...functions].map(async ({ runner }) => runner.load()));
  const problems = loaded.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as Error).message] : [],
  );
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

async function closeAll(functions: readonly OpenFunction[]): Promise<void> {
  await Promise.all(functions.map(async ({ runner }) => runner.close()));
}

function onlyIn(
  functions: ReadonlyMap<string, OpenFunction>,
  others: ReadonlyMap<string, OpenFunction>,
): readonly OpenFunction[] {
  const known = new Set(others.values());
  return [...functions.values()].filter((each) => !known.has(each));
}

function open(name: string, source: FunctionSource, log: Logger): LambdaFunction {
  switch (source.kind) {
    case 'module':
      return new LocalFunction(
        name,
        (functionName) => {
          const { file, exportName, deployed } = source;
          const data = { functionName, file, exportName, root: deployed?.root };
          return new FunctionEnvironment(data, deployed?.environment, log);
        },
        log,
        source.deployed !== undefined,
      );
    case 'command':
      return new LocalFunction(
        name,
        (functionName) => new CommandEnvironment(functionName, source.command, log),
        log,
      );
    case 'endpoint':
      return new InvokeEndpoint(name, source.url);
    case 'handler':
      return new InProcessFunction(name, source.handler, log);
    default:
      return source satisfies never;
  }
}
