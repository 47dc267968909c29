import { type FunctionResponse } from './function-response.js';

/** One Lambda function: a local module, or behind an endpoint. */
export interface LambdaFunction {
  /**
   * Calls the function like Lambda's Invoke, and waits for its response.
   *
   * @param calledAs the name or ARN that the caller used
   * @param payload JSON
   * @throws {FunctionTimedOutError} no response within `timeoutMs`
   * @throws {FunctionUnavailableError} it did not run
   */
  invoke(calledAs: string, payload: string, timeoutMs: number): Promise<FunctionResponse>;
  /** @throws {FunctionSourceError} it cannot be called: the module does not load, or lacks the export */
  load(): Promise<void>;
  close(): Promise<void>;
}
