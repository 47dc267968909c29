/**
 * Choices about parameter mapping, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is silent",
 * lists them.
 *
 * Made elsewhere, where the code reads best:
 *
 * - the subset of JSONPath (mapping/json-path.ts)
 * - a number is sent as it is written: `1.0`, `1e400`, `1234567890123456789` (mapping/exact-json.ts); a mapping template
 *   calculates with whole numbers exactly, with others as doubles, as Java does (vtl/numbers.ts)
 * - a mapped header value is sent as UTF-8, and one with a control character is an error
 *   (mapping/header-value.ts)
 */

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
