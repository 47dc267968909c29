import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type Logger } from 'pino';
import { LIMITS } from '../limits.js';
import { type ExecutionEnvironment } from './execution-environment.js';
import { type FileVersion, hasChanged } from './file-version.js';
import {
  type FunctionError,
  type FunctionWorkerData,
  type FunctionWorkerMessage,
  type Invocation,
} from './function-messages.js';
import { failedResponse, type FunctionResponse, withinLimit } from './function-response.js';

/** A worker thread with one function's module. Its output is written to the gateway's log. */
export class FunctionEnvironment implements ExecutionEnvironment {
  readonly loaded: Promise<FunctionResponse | undefined>;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #files = new Map<string, FileVersion>();
  #hasLoaded = false;
  #isEnding = false;
  #requestId: string | undefined;
  #endLoading: (failed: FunctionResponse | undefined) => void = () => undefined;
  #endCall: (response: FunctionResponse) => void = () => undefined;
  /** The reason why the worker has ended. */
  #end: FunctionResponse | undefined;

  /** @param variables the function's own environment variables, besides those of this process */
  constructor(
    private readonly data: Omit<FunctionWorkerData, 'port'>,
    variables: Readonly<Record<string, string>> | undefined,
    private readonly log: Logger,
  ) {
    this.loaded = new Promise((resolve) => {
      this.#endLoading = resolve;
    });
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(WORKER, {
      workerData: { ...data, port: port2 } satisfies FunctionWorkerData,
      env: { ...process.env, ...variables },
      transferList: [port2],
      stdout: true,
      stderr: true,
    });
    this.#print('stdout', this.#worker.stdout);
    this.#print('stderr', this.#worker.stderr);
    this.#port.on('message', (message: FunctionWorkerMessage) => this.#receive(message));
    // an uncaught error, or out of memory; `exit` follows
    this.#worker.on('error', (error: unknown) => {
      const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      this.#end = failedResponse(name, message, stack.split('\n'));
    });
    const tooLong = setTimeout(() => {
      this.#end = failedResponse(
        'Sandbox.Timedout',
        `the module did not load within ${LIMITS.functionLoadMs} ms`,
      );
      void this.end();
    }, LIMITS.functionLoadMs);
    void this.loaded.then(() => clearTimeout(tooLong));
    this.#worker.on('exit', (code) => {
      // messages from before its end
      for (let last = receiveMessageOnPort(port1); last; last = receiveMessageOnPort(port1)) {
        this.#receive(last.message as FunctionWorkerMessage);
      }
      this.#end ??= failedResponse('Runtime.ExitError', `the function's process exited with status ${code}`);
      this.#endLoading(this.#end);
      this.#endCall(this.#end);
      if (this.#isEnding || this.#requestId !== undefined) return;
      // the next invocation does not report it
      const error = JSON.parse(this.#end.payload) as object;
      this.log.warn({ functionName: data.functionName, ...error }, 'function ended between two invocations');
    });
  }

  get isUsable(): boolean {
    return this.#hasLoaded && this.#end === undefined && !this.#files.entries().some(hasChanged);
  }

  async invoke(invocation: Invocation): Promise<FunctionResponse> {
    if (this.#end !== undefined) return this.#end;
    const response = new Promise<FunctionResponse>((resolve) => {
      this.#endCall = resolve;
    });
    this.#requestId = invocation.requestId;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has none
    this.#port.postMessage(invocation);
    return response.finally(() => {
      this.#requestId = undefined;
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#end ??= failedResponse('Runtime.ExitError', 'the gateway ended the function');
    await this.#worker.terminate();
  }

  #receive(message: FunctionWorkerMessage): void {
    switch (message.kind) {
      case 'read':
        this.#files.set(message.file, { mtimeMs: message.mtimeMs, size: message.size });
        break;
      case 'ready':
        this.#hasLoaded = true;
        this.#endLoading(undefined);
        break;
      case 'cannotLoad':
        this.#endLoading(failedWith(message.error));
        break;
      case 'returned':
        this.#endCall(withinLimit(message.payload));
        break;
      case 'threw':
        this.#endCall(failedWith(message.error));
        break;
      default:
        message satisfies never;
    }
  }

  #print(stream: 'stdout' | 'stderr', output: NodeJS.ReadableStream): void {
    createInterface({ input: output }).on('line', (line) => {
      const { functionName } = this.data;
      this.log.info({ functionName, requestId: this.#requestId, stream, line }, 'function output');
    });
  }
}

/** In the folder of this file, compiled or not. */
const WORKER = new URL(`./function-worker${extname(import.meta.filename)}`, import.meta.url);

const failedWith = ({ errorType, errorMessage, trace }: FunctionError) =>
  failedResponse(errorType, errorMessage, trace);
