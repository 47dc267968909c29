import { type MessagePort } from 'node:worker_threads';
import { type FileVersion } from './file-version.js';

/** The messages between a function's environment and its worker thread. */

/** The worker's start data. */
export interface FunctionWorkerData {
  /** A channel of its own, separate from messages that the function's code posts to its parent. */
  readonly port: MessagePort;
  readonly functionName: string;
  readonly file: string;
  readonly exportName: string;
  /** The root folder of a deployment package. */
  readonly root: string | undefined;
}

/** To the worker: one invocation. */
export interface Invocation {
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** From the worker. */
export type FunctionWorkerMessage =
  /** Sent before a file is read: the module, or a file that it imports. */
  | ({ readonly kind: 'read'; readonly file: string } & FileVersion)
  | { readonly kind: 'ready' }
  | { readonly kind: 'cannotLoad'; readonly error: FunctionError }
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'threw'; readonly error: FunctionError };

/** An error as Lambda's Node.js runtime reports it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}
