import { type Invocation } from './function-messages.js';
import { type FunctionResponse } from './function-response.js';

/**
 * Where one function runs, as on AWS: one invocation at a time, and its memory persists between invocations. A worker
 * thread for a module, a process for a command.
 */
export interface ExecutionEnvironment {
  /** Settles once the function has loaded, with the failure if it could not. */
  readonly loaded: Promise<FunctionResponse | undefined>;
  /** Whether it accepts another invocation: it has loaded, it is alive, and no file that it read has changed. */
  readonly isUsable: boolean;
  /** Calls the function. It must have loaded, and no other invocation may be in flight. */
  invoke(invocation: Invocation): Promise<FunctionResponse>;
  /** Ends it at once; an invocation in flight fails. */
  end(): Promise<void>;
}
