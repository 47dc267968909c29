import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Logger } from 'pino';
import { LIMITS } from '../limits.js';
import { type Command } from './command-words.js';
import { type ExecutionEnvironment } from './execution-environment.js';
import { type FileVersion, hasChanged, versionOf } from './file-version.js';
import { type Invocation } from './function-messages.js';
import { failedResponse, type FunctionResponse } from './function-response.js';
import { RuntimeApi } from './runtime-api.js';

/**
 * A process of a command that speaks Lambda's runtime API: Python, Go or Java with their runtime clients, or any program.
 * Its output is written to the gateway's log.
 */
export class CommandEnvironment implements ExecutionEnvironment {
  readonly loaded: Promise<FunctionResponse | undefined>;
  readonly #files: ReadonlyMap<string, FileVersion>;
  #api: RuntimeApi | undefined;
  #child: ChildProcess | undefined;
  #isReady = false;
  #isEnding = false;
  #requestId: string | undefined;
  #endLoading: (failed: FunctionResponse | undefined) => void = () => undefined;
  #endCall: (response: FunctionResponse) => void = () => undefined;
  /** The reason why the process has ended. */
  #end: FunctionResponse | undefined;

  constructor(
    private readonly functionName: string,
    private readonly command: Command,
    private readonly log: Logger,
  ) {
    this.#files = new Map(command.words.filter(isFile).map((word) => [word, versionOf(word)]));
    this.loaded = new Promise((resolve) => {
      this.#endLoading = resolve;
    });
    void this.#start();
  }

  get isUsable(): boolean {
    return this.#isReady && this.#end === undefined && !this.#files.entries().some(hasChanged);
  }

  async invoke(invocation: Invocation): Promise<FunctionResponse> {
    if (this.#end !== undefined) return this.#end;
    const response = new Promise<FunctionResponse>((resolve) => {
      this.#endCall = resolve;
    });
    this.#requestId = invocation.requestId;
    this.#api?.hand(invocation);
    return response.finally(() => {
      this.#requestId = undefined;
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#finish(failedResponse('Runtime.ExitError', 'the gateway ended the function'));
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    killGroup(child);
    await exited;
  }

  async #start(): Promise<void> {
    try {
      this.#api = await RuntimeApi.listen({
        ready: () => {
          this.#isReady = true;
          this.#endLoading(undefined);
        },
        failedToLoad: (failed) => {
          this.#finish(failed);
          void this.end();
        },
        responded: (response) => this.#endCall(response),
      });
      if (this.#end === undefined) this.#spawn(this.#api.address);
      else this.#api.close();
    } catch (error) {
      this.#finish(failedResponse('Runtime.ExitError', (error as Error).message));
    }
  }

  #spawn(address: string): void {
    const { words, variables } = this.command;
    const [program = '', ...rest] = words;
    const child = spawn(program, rest, {
      // a group of its own, so that its children end with it
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...lambdaVariables(this.functionName),
        ...variables,
        AWS_LAMBDA_RUNTIME_API: address,
      },
    });
    this.#child = child;
    this.#print('stdout', child.stdout);
    this.#print('stderr', child.stderr);
    child.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      this.#finish(failedResponse('Runtime.ExitError', `${program} cannot be started: ${reason}`));
    });
    child.on('exit', (code, signal) => {
      const status = signal === null ? `status ${code}` : `signal ${signal}`;
      const isSilent = this.#isEnding || this.#requestId !== undefined || !this.#isReady;
      const asks = this.#isReady ? '' : ' before it asked for an invocation by the runtime API';
      this.#finish(failedResponse('Runtime.ExitError', `${words.join(' ')} exited with ${status}${asks}`));
      if (isSilent || this.#end === undefined) return;
      // the next invocation does not report it
      const error = JSON.parse(this.#end.payload) as object;
      this.log.warn({ functionName: this.functionName, ...error }, 'function ended between two invocations');
    });
    const tooLong = setTimeout(() => {
      const message = `${words.join(' ')} did not ask for an invocation by the runtime API within ${LIMITS.functionCommandLoadMs} ms`;
      this.#finish(failedResponse('Sandbox.Timedout', message));
      void this.end();
    }, LIMITS.functionCommandLoadMs);
    void this.loaded.then(() => clearTimeout(tooLong));
  }

  /** Once, with the first reason. */
  #finish(reason: FunctionResponse): void {
    this.#end ??= reason;
    this.#endLoading(this.#end);
    this.#endCall(this.#end);
    this.#api?.close();
  }

  #print(stream: 'stdout' | 'stderr', output: NodeJS.ReadableStream): void {
    createInterface({ input: output }).on('line', (line) => {
      const { functionName } = this;
      this.log.info({ functionName, requestId: this.#requestId, stream, line }, 'function output');
    });
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const lambdaVariables = (functionName: string) => ({
  AWS_LAMBDA_FUNCTION_NAME: functionName,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  LAMBDA_TASK_ROOT: process.cwd(),
});

function killGroup(child: ChildProcess): void {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch {
    // it has just ended
  }
}

const isFile = (word: string): boolean => statSync(word, { throwIfNoEntry: false })?.isFile() ?? false;
