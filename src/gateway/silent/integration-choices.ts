import { type ChoiceTable } from './choice-table.js';

/** HTTP method for `IntegrationMethod` `ANY`: a frame has no method of its own. */
export const ANY_METHOD = 'POST';

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

/** Between the health checks of an address that refused a connection: the shortest interval of AWS's load balancers. */
export const TARGET_CHECK_MS = 5_000;

/** Choices about integrations, where AWS is silent or contradicts itself. */
export const INTEGRATION_CHOICES: ChoiceTable = {
  title: 'Integrations',
  rows: [
    {
      question: 'a literal in a query string',
      choice: 'characters that a URL cannot contain are encoded, the rest is treated as already encoded',
      because: 'the documents call it "pre-encoded" and show `\'static value\'` with a space',
    },
    { question: '`IntegrationMethod` `ANY`', choice: 'POST', because: 'a frame has no method of its own' },
    {
      question: 'a value mapped on `$connect` that cannot be sent as a header; a failed template',
      choice: '500 `Internal server error` in the form of an error frame',
      because: 'as on a message',
      where: 'websocket/pipeline.ts',
    },
    {
      question: 'no `TemplateSelectionExpression`, or no key matches; the key `\\$default`',
      choice: 'the template for `$default`; the same',
      because: 'public samples work without one, and write both',
    },
    {
      question: '415 on a message',
      choice: 'the frame `Unsupported Media Type`',
      because: 'the text of REST APIs',
      where: 'errors.ts',
    },
    {
      question: 'the headers of `HTTP` on `$connect` and `$disconnect`',
      choice: "as recorded for messages; none of the client's",
      because: 'only messages were recorded',
      where: 'websocket/steps/standard-headers.ts',
    },
    {
      question: 'status of a non-proxy `$connect`',
      choice: `the integration's own; ${FAILED_FUNCTION_STATUS} if a Lambda function failed`,
      because: 'an integration response has no status',
    },
    {
      question: 'no integration response at all; some, but none matches',
      choice:
        'on `$connect` the status decides, on a two-way route `Internal server error`; `Internal server error`, 500 on `$connect`',
      because: 'AWS requires at least one',
      where: 'websocket/steps/map-response.ts',
    },
    {
      question: 'integration responses of a Lambda function that did not fail',
      choice: 'only `$default` matches',
      because: 'as in REST APIs',
      where: 'websocket/steps/map-response.ts',
    },
    {
      question: 'MOCK without `{"statusCode": 200–599}`',
      choice: '`Internal server error`; `{statusCode: 200}` is accepted',
      because: "AWS's REST samples write it so",
    },
    {
      question: 'a two-way response over 128 KB; bytes that are not UTF-8; invalid base64',
      choice: '`Internal server error`; U+FFFD; `Internal server error`',
      because: 'a text frame cannot carry them',
      where: 'websocket/steps/message-reply.ts',
    },
    {
      question: '`CONVERT_TO_TEXT` on a proxy',
      choice: 'its response becomes base64',
      because: 'it has no integration response',
      where: 'websocket/steps/map-response.ts',
    },
    {
      question: '`:action/NAME` of an AWS service',
      choice: '`Action=NAME` in the query; `X-Amz-Target` for the services that use JSON',
      because: 'documented for REST APIs, but not how it is sent',
    },
    {
      question: 'content type of an AWS integration',
      choice: "`application/json`, or the service's JSON type, unless mapped",
      because: 'recorded for HTTP',
    },
    {
      question: '`CredentialsArn`',
      choice: "not assumed; placeholders sign, or with `--use-machine-credentials` the machine's credentials",
      because: 'a web page could otherwise use them',
      where: 'integrations/call-aws.ts',
    },
    {
      question: 'an address of `--target` that refuses the connection',
      choice: `that request fails, and no other address is tried; it gets no others until it accepts a connection, which is checked every ${TARGET_CHECK_MS / 1000} s; if all refuse, all are used`,
      because: 'health checks are documented, but no second attempt',
      where: 'integrations/target-pool.ts',
    },
    {
      question: "an integration's timeout after `/_gateway/clock` was moved",
      choice: 'real time',
      because: 'otherwise a move by two hours would fail every `$disconnect` in flight',
      where: 'integrations/integration-client.ts',
    },
  ],
};
