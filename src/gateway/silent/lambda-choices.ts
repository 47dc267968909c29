import { LIMITS } from '../limits.js';
import { type ChoiceTable } from './choice-table.js';

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

/** Choices about Lambda functions, where AWS is silent or contradicts itself. */
export const FUNCTION_CHOICES: ChoiceTable = {
  title: 'Lambda functions',
  rows: [
    {
      question: "a local function's own timeout",
      choice: "ends with its integration's",
      because: 'it is not known here',
      where: 'lambda/local-function.ts',
    },
    {
      question: 'a local function that is neither async nor takes a callback',
      choice: 'returns `null`, with a log line',
      because: "the source of Lambda's Node.js runtime does",
      where: 'lambda/function-worker.ts',
    },
    {
      question: `more than ${LIMITS.functionEnvironments} concurrent calls of one local function`,
      choice: 'wait',
      because: 'each needs a thread or a process; Lambda would throttle',
      where: 'limits.ts',
    },
    {
      question: "a function's command that does not ask for an invocation",
      choice: `fails after ${LIMITS.functionCommandLoadMs / 1000} s, where Lambda has 10 s`,
      because: '`go run` and the like compile first',
      where: 'limits.ts',
    },
    {
      question: 'an alias or version that was not given with `--function`',
      choice: 'the function without it',
    },
    {
      question: 'an Invoke endpoint without `X-Amz-Function-Error`',
      choice: 'a response in the form of an error, or without JSON, is a failure',
      because: 'the Runtime Interface Emulator omits the header',
    },
    {
      question: 'what a proxy function may return',
      choice:
        'an object with `statusCode` 200–599, `body` a string or absent, headers of plain values; else 500',
      because: 'as in REST APIs, except for the status recorded on `$connect`',
      where: 'integrations/lambda-response.ts',
    },
    {
      question: '`isBase64Encoded: true`',
      choice: 'decoded',
      because: 'as in REST APIs',
      where: 'integrations/lambda-response.ts',
    },
    {
      question: 'API key or IAM caller in a Lambda event',
      choice: 'in `requestContext.identity`',
      because: 'as in REST APIs',
      where: 'websocket/steps/lambda-event.ts',
    },
  ],
};
