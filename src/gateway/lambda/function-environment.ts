import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type Logger } from 'pino';
import { LIMITS } from '../limits.js';
import { failure, type FunctionAnswer } from './function-response.js';
import {
  type FileVersion,
  type FunctionError,
  type FunctionWorkerData,
  type FunctionWorkerMessage,
  type Invocation,
} from './function-messages.js';

/**
 * A worker thread with one function's module in it, as an execution environment is on AWS: one invocation at a time, and
 * what the module keeps in memory stays from one to the next. What it prints goes to the gateway's log.
 */
export class FunctionEnvironment {
  /** Once the module has loaded; with the failure if it could not. */
  readonly loaded: Promise<FunctionAnswer | undefined>;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #files = new Map<string, FileVersion>();
  #hasLoaded = false;
  #isEnding = false;
  #requestId: string | undefined;
  #endLoading: (failed: FunctionAnswer | undefined) => void = () => undefined;
  #endCall: (answer: FunctionAnswer) => void = () => undefined;
  /** Why there is no worker any more. */
  #end: FunctionAnswer | undefined;

  constructor(
    private readonly data: Omit<FunctionWorkerData, 'port'>,
    private readonly log: Logger,
  ) {
    this.loaded = new Promise((resolve) => {
      this.#endLoading = resolve;
    });
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(WORKER, {
      workerData: { ...data, port: port2 } satisfies FunctionWorkerData,
      transferList: [port2],
      stdout: true,
      stderr: true,
    });
    this.#print('stdout', this.#worker.stdout);
    this.#print('stderr', this.#worker.stderr);
    this.#port.on('message', (message: FunctionWorkerMessage) => this.#take(message));
    // an error that nothing in the function catches, or no memory left; `exit` follows
    this.#worker.on('error', (error: unknown) => {
      const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      this.#end = failure(name, message, stack.split('\n'));
    });
    const tooLong = setTimeout(() => {
      this.#end = failure('Sandbox.Timedout', `the module did not load within ${LIMITS.functionLoadMs} ms`);
      void this.end();
    }, LIMITS.functionLoadMs);
    void this.loaded.then(() => clearTimeout(tooLong));
    this.#worker.on('exit', (code) => {
      // what it said before it ended
      for (let last = receiveMessageOnPort(port1); last; last = receiveMessageOnPort(port1)) {
        this.#take(last.message as FunctionWorkerMessage);
      }
      this.#end ??= failure('Runtime.ExitError', `the function's process exited with status ${code}`);
      this.#endLoading(this.#end);
      this.#endCall(this.#end);
      if (this.#isEnding || this.#requestId !== undefined) return;
      // whoever is called next does not see it
      const error = JSON.parse(this.#end.payload) as object;
      this.log.warn({ functionName: data.functionName, ...error }, 'function ended between two calls');
    });
  }

  /** Whether it can take another call: it loaded, it is alive, and no file that it read has changed since. */
  get isUsable(): boolean {
    return this.#hasLoaded && this.#end === undefined && !this.#files.entries().some(hasChanged);
  }

  /** Calls the handler; the module has to be loaded, and no other call under way. */
  async invoke(invocation: Invocation): Promise<FunctionAnswer> {
    if (this.#end !== undefined) return this.#end;
    const answer = new Promise<FunctionAnswer>((resolve) => {
      this.#endCall = resolve;
    });
    this.#requestId = invocation.requestId;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has none
    this.#port.postMessage(invocation);
    return answer.finally(() => {
      this.#requestId = undefined;
    });
  }

  /** Ends the worker at once, whatever it does; a call under way fails. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#end ??= failure('Runtime.ExitError', 'the gateway ended it');
    await this.#worker.terminate();
  }

  #take(message: FunctionWorkerMessage): void {
    switch (message.kind) {
      case 'read':
        this.#files.set(message.file, { mtimeMs: message.mtimeMs, size: message.size });
        break;
      case 'ready':
        this.#hasLoaded = true;
        this.#endLoading(undefined);
        break;
      case 'cannotLoad':
        this.#endLoading(failureOf(message.error));
        break;
      case 'returned':
        this.#endCall(answerOf(message.payload));
        break;
      case 'threw':
        this.#endCall(failureOf(message.error));
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

/** Beside this file, compiled or not. */
const WORKER = new URL(`./function-worker${extname(import.meta.filename)}`, import.meta.url);

function hasChanged([file, { mtimeMs, size }]: readonly [string, FileVersion]): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.mtimeMs !== mtimeMs || stat?.size !== size;
}

const failureOf = ({ errorType, errorMessage, trace }: FunctionError) =>
  failure(errorType, errorMessage, trace);

function answerOf(payload: string): FunctionAnswer {
  if (Buffer.byteLength(payload) <= LIMITS.functionAnswerBytes) return { payload };
  return failure(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${LIMITS.functionAnswerBytes} bytes).`,
  );
}
