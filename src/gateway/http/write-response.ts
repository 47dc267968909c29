import { type ServerResponse } from 'node:http';
import { type ApiResponse } from './api-response.js';

/**
 * Writes a response with the headers in AWS's order (H6.42): `Date`, `Content-Type`, `Content-Length`, `Connection`,
 * those of the integration, `Apigw-Requestid`. Names of an integration's response are in title case, `apigw-requestid`
 * and `www-authenticate` of a gateway's own response are in lower case (H6.41).
 */
export function writeResponse(
  response: ServerResponse,
  { status, headers, body, isGatewayResponse }: ApiResponse,
  requestId: string,
): void {
  const own: string[] = [];
  let date: string | undefined;
  let contentType: string | undefined;
  let length: string | undefined = status === 204 || status === 304 ? undefined : String(body.length);
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name === 'content-type') contentType = value;
    else if (name === 'date') date = value;
    else if (name === 'content-length') length = value;
    else own.push(isGatewayResponse && name === 'www-authenticate' ? name : titleCase(name), value);
  }
  const all = ['Date', date ?? now()];
  if (contentType !== undefined) all.push('Content-Type', contentType);
  if (length !== undefined) all.push('Content-Length', length);
  all.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close', ...own);
  all.push(isGatewayResponse ? 'apigw-requestid' : 'Apigw-Requestid', requestId);
  response.writeHead(status, all);
  // Node sends text together with the headers, but a buffer as a second part: a fifth of the time of a request
  if (body.length <= SMALL_BYTES) response.end(body.toString('latin1'), 'latin1');
  else response.end(body);
}

/** Up to this size, copying a body costs less than a second part. */
const SMALL_BYTES = 16 * 1024;

/** `x-probe` → `X-Probe`. Backends use few names, but may send any. */
function titleCase(name: string): string {
  let title = TITLES.get(name);
  if (title === undefined) {
    title = name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
    if (TITLES.size < MAX_TITLES) TITLES.set(name, title);
  }
  return title;
}

const TITLES = new Map<string, string>();
const MAX_TITLES = 1000;

/** Formatted once a second. */
function now(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== formatted.second) formatted = { second, text: new Date(second * 1000).toUTCString() };
  return formatted.text;
}

let formatted = { second: 0, text: '' };
