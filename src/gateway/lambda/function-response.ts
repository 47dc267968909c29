/** What Lambda's Invoke answers with status 200. */
export interface FunctionAnswer {
  /** JSON: what the function returned, or with `functionError` `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  /** As in the header `X-Amz-Function-Error`; the function failed. */
  readonly functionError?: 'Handled' | 'Unhandled';
}

/** The answer of a function that failed, in the form of Lambda's Node.js runtime. */
export function failure(
  errorType: string,
  errorMessage: string,
  trace: readonly string[] = [],
): FunctionAnswer {
  return { payload: JSON.stringify({ errorType, errorMessage, trace }), functionError: 'Unhandled' };
}
