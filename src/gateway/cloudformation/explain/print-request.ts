import { parseExactJson } from '../../mapping/exact-json.js';
import {
  type AwsRequest,
  type HttpRequest,
  type IntegrationRequest,
  type LambdaRequest,
} from '../../integrations/integration-request.js';

/** An integration request as text: for HTTP the request itself, for Lambda the event. */
export function printRequest(request: IntegrationRequest): string {
  switch (request.kind) {
    case 'http':
      return printHttp({ ...request, path: `${request.url.pathname}${request.url.search}` });
    case 'forward':
      return printHttp(request);
    case 'lambda':
      return printLambda(request);
    case 'aws':
      return printAws(request);
    case 'mock':
      return `nothing is sent; the response has status ${request.status}\n`;
  }
}

function printHttp({
  method,
  path,
  headers,
  body,
}: Pick<HttpRequest, 'method' | 'headers' | 'body'> & { readonly path: string }): string {
  const length = Buffer.byteLength(body ?? '');
  return [
    `${method} ${path} HTTP/1.1`,
    ...headerLines(headers),
    // the HTTP client adds it for methods that usually have a body, even without one
    ...(length > 0 || ['PATCH', 'POST', 'PUT'].includes(method) ? [`Content-Length: ${length}`] : []),
    '',
    ...(length === 0 ? [] : [bodyText(body)]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function printLambda({ functionName, payload }: LambdaRequest): string {
  return `invoke ${functionName}\n\n${prettyJson(payload)}\n`;
}

function printAws({
  method,
  service,
  region,
  subdomain,
  hostPrefix = '',
  path,
  query,
  headers,
  body,
}: AwsRequest): string {
  const search = new URLSearchParams(query as [string, string][]).toString();
  const labels = subdomain === undefined ? [] : [subdomain];
  const host = [...labels, hostPrefix + service, region, 'amazonaws.com'].join('.');
  return [
    `${method} ${path}${search === '' ? '' : `?${search}`} HTTP/1.1`,
    `Host: ${host}`,
    ...headerLines(headers),
    'Authorization: AWS4-HMAC-SHA256 …',
    '',
    ...(body === undefined ? [] : [bodyText(body)]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The values have one character for each byte of UTF-8; this decodes them. */
function headerLines(headers: readonly string[]): readonly string[] {
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${Buffer.from(headers[index + 1] ?? '', 'latin1').toString()}`] : [],
  );
}

const bodyText = (body: string | Buffer | undefined) =>
  Buffer.isBuffer(body) ? `(${body.length} bytes) ${body.toString('base64')}` : (body ?? '');

function prettyJson(text: string): string {
  try {
    return JSON.stringify(parseExactJson(text), undefined, 2);
  } catch {
    return text;
  }
}
