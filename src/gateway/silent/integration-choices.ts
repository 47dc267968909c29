/**
 * Choices about integrations, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is silent", lists
 * them.
 *
 * Made elsewhere, where the code reads best:
 *
 * - timeouts are in real time, also after `POST /_gateway/clock`: moving the clock by two hours would otherwise fail
 *   each `$disconnect` in flight
 * - `CredentialsArn` is not assumed: a web page could otherwise use the machine's credentials
 * - the client's query string is not passed on by `$connect` without a mapping
 * - `HTTP` integrations send the headers recorded for messages on `$connect` and `$disconnect` too
 *   (websocket/steps/standard-headers.ts)
 * - without any integration response, the backend's status alone decides about a handshake; AWS requires at least one
 *   (websocket/steps/map-response.ts)
 * - `CONVERT_TO_TEXT` on a proxy turns its response into base64, as there is no integration response
 * - the form of a proxy function's result (integrations/lambda-response.ts)
 */

/** HTTP method for `IntegrationMethod` `ANY`: a frame has no method of its own. */
export const ANY_METHOD = 'POST';

/** The standard headers that are sent: a mapped header replaces the one that the client sent, as in REST APIs. */
export function withoutMapped(
  standard: readonly (readonly [name: string, value: string])[],
  mapped: readonly (readonly [name: string, value: string])[],
): readonly (readonly [name: string, value: string])[] {
  const names = new Set(mapped.map(([name]) => name.toLowerCase()));
  return standard.filter(([name]) => !names.has(name.toLowerCase()));
}

/**
 * A literal in a query string. The guide calls it "pre-encoded" and shows `'static value'` with a space: only
 * characters that no URL may contain are encoded.
 */
export const encodeLiteral = (value: string): string =>
  encodeURI(value)
    .replaceAll(/%25([0-9A-Fa-f]{2})/g, '%$1')
    .replaceAll('#', '%23');

/** The key of a template or model for a selected value: public templates write `\$default` for `$default` too. */
export function keyOf(selected: string, byKey: ReadonlyMap<string, unknown>): string | undefined {
  return [selected, `\\${selected}`].find((key) => byKey.has(key));
}

/**
 * Key of the template without a `TemplateSelectionExpression`, and when no key matches:
 * https://wasabee.dev/2024/07/api-gateway-websocket-with-mock-integration
 */
export const DEFAULT_KEY = '$default';

/** Status in a `MOCK` integration's template without quotes around the key, as in AWS's samples for REST APIs. */
export const UNQUOTED_MOCK_STATUS = /^\s*\{\s*statusCode\s*:\s*(\d{3})\s*\}\s*$/;

/** Status that a function may return, and that a `MOCK` integration may have: a final one. */
export const isFinalStatus = (status: unknown): status is number =>
  typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599;

/** Status of `$connect` after a failed function of an `AWS` integration: 502 was recorded for `AWS_PROXY`. */
export const FAILED_FUNCTION_STATUS = 502;

/** Content type of requests to AWS services: recorded behind non-proxy HTTP integrations. */
export const AWS_CONTENT_TYPE = 'application/json';

/**
 * The action of `…:action/NAME` as sent to a service with a query protocol, and to one with a JSON protocol. The guide
 * shows actions of both for REST APIs (`kinesis:action/ListStreams`, `sns:action/Publish`), but not the request.
 */
export const queryAction = (action: string) => [['Action', action] as const];
export const jsonAction = (
  action: string,
  service: { readonly prefix: string; readonly version: string },
) => ({
  'X-Amz-Target': `${service.prefix}.${action}`,
  'Content-Type': `application/x-amz-json-${service.version}`,
});

/** Time for which an address of a target is left out after it refused a connection. AWS's health checks take as long. */
export const TARGET_RETRY_MS = 5_000;
