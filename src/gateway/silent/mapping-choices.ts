import { type ChoiceTable } from './choice-table.js';

/**
 * A mapped value as text: JSON, unless it is text itself. `undefined` when there is no value: the parameter is not
 * sent.
 */
export function mappedText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The declarations that make a header or query-string source readable; without one it has no value. AWS says only that
 * it has to be declared on the route.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 */
export const declarationsFor = (location: 'header' | 'querystring', name: string): readonly string[] => [
  `route.request.${location}.${name}`,
  `route.request.multivalue${location}.${name}`,
];

/** Destination of a response parameter: `route.response…` in the guide, `method.response…` in the model's text. */
export const RESPONSE_HEADER = /^(?:route|method)\.response\.header\.([\w.$-]+)$/;

/** Context variables of a `$disconnect`. Observed in Lambda events; that a mapping can read them is not documented. */
export const disconnectVariables = (
  close: { readonly code: number; readonly reason: string } | undefined,
) => ({
  disconnectStatusCode: close && String(close.code),
  disconnectReason: close?.reason,
});

/** Choices about parameter mapping, where AWS is silent or contradicts itself. */
export const MAPPING_CHOICES: ChoiceTable = {
  title: 'Parameter mapping',
  rows: [
    { question: 'a source without a value', choice: 'the parameter is not sent', because: 'as in REST APIs' },
    {
      question: 'a header or query-string source that the route does not declare',
      choice: 'the parameter is not sent',
      because: 'AWS says only that it must be declared',
    },
    {
      question: "the client's query string, on `$connect` without a mapping",
      choice: 'not passed on',
      because: 'a backend that relies on it would otherwise fail only on AWS',
      where: 'websocket/steps/map-parameters.ts',
    },
    {
      question: 'a required parameter that is missing',
      choice: 'the handshake gets 400 `Missing required request parameters: [name]`',
      because: 'as in REST APIs',
      where: 'websocket/steps/require-parameters.ts',
    },
    { question: 'an object or an array as a mapped value', choice: 'its JSON, without spaces' },
    {
      question:
        "a number in a mapped value, a route key, an authorizer's context, `$input` or `$util.parseJson`",
      choice: 'as it is written: `1.0`, `1e400`, `1234567890123456789`',
      because: 'an identifier must not change',
      where: 'mapping/exact-json.ts',
    },
    {
      question: 'an object with keys such as `"2"` and `"1"`; a repeated key',
      choice:
        'keys that are whole numbers come first, in ascending order; the last value. A body that is passed on unmapped is not changed',
      because: 'as JavaScript objects are',
    },
    {
      question: 'a lone surrogate (`"\\ud800"`) as text, outside JSON',
      choice: 'U+FFFD',
      because: 'UTF-8 has no form for it',
    },
    {
      question: 'a mapped value with control characters',
      choice: '`Internal server error`',
      because: 'it would break the request',
      where: 'mapping/header-value.ts',
    },
    {
      question: 'a mapped header value beyond ASCII',
      choice: 'UTF-8',
      where: 'mapping/header-value.ts',
    },
    {
      question: 'JSONPath filters, slices, `..`',
      choice: 'refused, in a template an error',
      where: 'mapping/json-path.ts',
    },
    {
      question: 'a pattern of a model, a template or an integration response',
      choice:
        "JavaScript's syntax, mostly in linear time: see [decisions](docs/decisions.md#the-gateway-awss-behaviour)",
      where: 'linear-patterns.ts',
    },
  ],
};
