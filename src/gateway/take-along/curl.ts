import { type Body, type GatewayEvent, type HeaderList } from '../recorder/gateway-event.js';
import { type Copy, type CopyContext } from './copy.js';
import { stepOf } from '../story/step-of.js';
import { headerValue } from '../story/client-headers.js';
import { textHeaders } from './text-headers.js';
import { command, quoted, withRemarks } from './shell.js';

/** The HTTP request that the backend received, as `curl` sends it. */
export function curlOfIntegration(event: GatewayEvent): readonly Copy[] {
  const request = stepOf(event, 'integration_request');
  if (request?.kind !== 'http') return [];
  const { method, url, headers, body } = request;
  const asked = new URL(url);
  const { origin = asked.origin } = stepOf(event, 'target') ?? {};
  const hasHost = headerValue(headers, 'host') !== undefined || origin === asked.origin;
  return [
    {
      label: 'curl to the backend',
      text: curl({
        method,
        url: `${origin}${asked.pathname}${asked.search}`,
        headers: hasHost ? headers : [['Host', asked.host], ...headers],
        body,
      }),
    },
  ];
}

/** The client's request to an HTTP API, or to any other path of the gateway. */
export function curlOfClient(event: GatewayEvent, { gatewayUrl }: CopyContext): readonly Copy[] {
  const request = stepOf(event, 'client_request');
  if (request === undefined || !PLAIN.includes(event.type)) return [];
  const { method, url, headers = [], body = stepOf(event, 'request_body')?.body } = request;
  const { host } = new URL(gatewayUrl);
  const others = headers.filter(([name, value]) => name.toLowerCase() !== 'host' || value !== host);
  const typed = event.type === 'control' ? [['Content-Type', 'application/json'] as const] : others;
  return [{ label: 'curl', text: curl({ method, url: `${gatewayUrl}${url}`, headers: typed, body }) }];
}

const PLAIN: readonly string[] = ['http_request', 'request', 'callback', 'control'];

interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Body | undefined;
}

/** Sends exactly these headers: curl's own are removed, except those of the connection. */
function curl({ method, url, headers, body }: CurlRequest): string {
  const given = textHeaders(headers);
  const hasBody = body !== undefined && body.bytes > 0;
  const own = ['accept', 'user-agent', ...(hasBody ? ['content-type'] : [])];
  const removed = own.filter((name) => headerValue(given, name) === undefined);
  const isBase64 = hasBody && body.isBase64 === true;
  const text = command('curl', [
    // without it, brackets and braces of the URL are patterns, and `..` is resolved
    '--globoff --path-as-is',
    ...(method === 'HEAD' ? ['--head'] : [`--request ${quoted(method)}`]),
    quoted(url),
    // a header without a value ends in a semicolon
    ...given.map(([name, value]) => `--header ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    ...removed.map((name) => `--header ${quoted(`${name}:`)}`),
    // not --data, for which a body that begins with @ names a file
    ...(!hasBody ? [] : isBase64 ? ['--data-binary @-'] : [`--data-raw ${quoted(body.text)}`]),
  ]);
  return withRemarks(isBase64 ? `printf %s ${quoted(body.text)} | base64 --decode | ${text}` : text, body);
}
