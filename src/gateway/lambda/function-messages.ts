import { type MessagePort } from 'node:worker_threads';

/** What a function's environment and its worker thread tell one another. */

/** What the worker is started with. */
export interface FunctionWorkerData {
  /** A channel of its own: what the function's code posts to its parent is nobody's business. */
  readonly port: MessagePort;
  readonly functionName: string;
  readonly file: string;
  readonly exportName: string;
}

/** To the worker: one call. */
export interface Invocation {
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** From the worker. */
export type FunctionWorkerMessage =
  /** A file is about to be read: the module, or one that it imports. */
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

/** What differs once a file was changed; `undefined` when it is not there. */
export interface FileVersion {
  readonly mtimeMs: number | undefined;
  readonly size: number | undefined;
}
