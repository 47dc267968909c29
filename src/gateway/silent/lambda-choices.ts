/**
 * Choices about Lambda functions, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is silent",
 * lists them.
 *
 * Made elsewhere, where the code reads best:
 *
 * - a local function has the timeout of its integration, as its own is not known
 * - a function that is neither async nor takes a callback returns `null` (lambda/function-worker.ts)
 * - concurrent invocations beyond the limit wait, while Lambda would throttle (limits.ts)
 */

/**
 * The names under which a function may have been given with `--function`, the most exact one first: an alias or version
 * that was not given means the function without it.
 *
 * @param functionName `NAME`, `ACCOUNT:function:NAME` or `arn:…:function:NAME`, each with or without `:QUALIFIER`
 */
export function functionNames(functionName: string): readonly string[] {
  const [, prefix = '', name = functionName, qualifier = ''] =
    functionName.match(/^(.*:?function:)?([\w-]+)(:[\w$-]+)?$/) ?? [];
  return [functionName, `${prefix}${name}`, `${name}${qualifier}`, name];
}

/**
 * Whether a function's response is an error by its form. The Runtime Interface Emulator does not send the header that
 * says so; SAM decides by the form too.
 */
export const isFunctionError = (json: unknown): boolean =>
  typeof json === 'object' &&
  json !== null &&
  'errorMessage' in json &&
  'errorType' in json &&
  Object.keys(json).every((key) => FUNCTION_ERROR_KEYS.has(key));

const FUNCTION_ERROR_KEYS = new Set([
  'errorMessage',
  'errorType',
  'requestId',
  'stackTrace',
  'trace',
  'cause',
]);
