import { HOP_BY_HOP_HEADERS } from '../../hop-by-hop-headers.js';
import { newTraceId } from '../../ids.js';
import { forwardedElement } from '../../silent/http-choices.js';
import { type ApiRequest, headerValues } from '../api-request.js';

/**
 * The headers that an `HTTP_PROXY` integration sends before any mapping: the client's own, and `Host`, `Forwarded`,
 * `Via` and `X-Amzn-Trace-Id` of the gateway (H4.11 to H4.18).
 *
 * @param host the `Host` to send
 * @returns a flat list: name, value, …
 */
export function forwardedHeaders(
  { rawHeaders, sourceIp, host: clientHost }: ApiRequest,
  host: string,
): string[] {
  const headers = ['Host', host];
  let forwarded = '';
  let via = '';
  let traceId = newTraceId();
  let named: ReadonlySet<string> | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (!SPECIAL.has(lower)) headers.push(name, value);
    else if (lower === 'forwarded') forwarded += `${value}, `;
    else if (lower === 'via') via += `${value}, `;
    else if (lower === 'x-amzn-trace-id') traceId = `Self=${traceId.slice('Root='.length)};${value}`;
    else if (lower === 'connection' && !PLAIN_CONNECTION.test(value)) named = namesIn(rawHeaders);
  }
  // H4.13: the client's elements stay, the gateway's is the last
  headers.push('Forwarded', forwarded + forwardedElement(sourceIp, clientHost));
  headers.push('Via', `${via}HTTP/1.1 AmazonAPIGateway`, 'X-Amzn-Trace-Id', traceId);
  return named === undefined ? headers : without(headers, named);
}

/** Headers that belong to the client's connection, or to which the gateway adds its own value. */
const SPECIAL = new Set([
  ...HOP_BY_HOP_HEADERS,
  'expect',
  'forwarded',
  'host',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailers',
  'via',
  'x-amzn-trace-id',
]);

const PLAIN_CONNECTION = /^(?:keep-alive|close)$/i;

/** The headers that `Connection` names: they belong to the client's connection too (RFC 9110, 7.6.1). */
const namesIn = (rawHeaders: readonly string[]): ReadonlySet<string> =>
  new Set(headerValues(rawHeaders, 'connection').flatMap((value) => value.toLowerCase().split(/[\s,]+/)));

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  const others: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    if (!names.has(name.toLowerCase()) || GATEWAY_HEADERS.has(name)) others.push(name, value);
  }
  return others;
}

/** As this file spells them. */
const GATEWAY_HEADERS = new Set(['Host', 'Forwarded', 'Via', 'X-Amzn-Trace-Id']);
