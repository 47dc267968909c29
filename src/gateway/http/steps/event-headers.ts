import { HOP_BY_HOP_HEADERS } from '../../hop-by-hop-headers.js';
import { newTraceId } from '../../ids.js';
import { type ApiEvent } from '../api-event.js';

/** Headers and query parameters in the forms that events of functions have. */

/** The client's headers and those that the gateway sets (H6.04, H6.05). */
export function eventHeaders({ request, body }: Pick<ApiEvent, 'request' | 'body'>): readonly string[] {
  const headers: string[] = [];
  let forwardedFor = '';
  let traceId = newTraceId();
  for (const [name, value] of pairs(request.rawHeaders)) {
    const lower = name.toLowerCase();
    if (!SPECIAL.has(lower)) headers.push(name, value);
    else if (lower === 'x-forwarded-for') forwardedFor += `${value}, `;
    else if (lower === 'x-amzn-trace-id') traceId = `Self=${traceId.slice('Root='.length)};${value}`;
  }
  headers.push('Content-Length', String(body?.length ?? 0), 'Host', request.host);
  headers.push('X-Amzn-Trace-Id', traceId, 'X-Forwarded-For', forwardedFor + request.sourceIp);
  headers.push('X-Forwarded-Port', '443', 'X-Forwarded-Proto', 'https');
  return headers;
}

/** Headers of the client's connection, and those that the gateway sets itself. */
const SPECIAL = new Set([
  ...HOP_BY_HOP_HEADERS,
  'expect',
  'host',
  'proxy-connection',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

/** H6.13: the pairs of all `Cookie` headers, in order. */
export const cookiePairs = (headers: readonly string[]): readonly string[] =>
  pairs(headers)
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');

/** H6.12: names in lower case and in order, values of one name joined with a comma. */
export function lowerCaseHeaders(headers: readonly string[]): Readonly<Record<string, string>> {
  const lower = pairs(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries([...joinedValues(lower)].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Headers as payload 1.0 has them: all values by name. */
export const payload1Headers = (headers: readonly string[]): ReadonlyMap<string, readonly string[]> =>
  multiValues(pairs(headers).map(([name, value]) => [payload1Name(name), value]));

/** H6.25: names in title case, except some that were recorded in lower case. */
const payload1Name = (name: string): string => {
  const lower = name.toLowerCase();
  return LOWER_CASE_IN_PAYLOAD_1.test(lower) ? lower : titleCase(lower);
};

const LOWER_CASE_IN_PAYLOAD_1 = /^(?:accept(?:-.*)?|authorization|cache-control|sec-.*)$/;

const titleCase = (name: string) => name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());

type Pairs = readonly (readonly [name: string, value: string])[];

export function pairs(headers: readonly string[]): Pairs {
  const all: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    all.push([headers[index] ?? '', headers[index + 1] ?? '']);
  }
  return all;
}

export function joinedValues(all: Pairs): ReadonlyMap<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of all) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined;
}

export function multiValues(all: Pairs): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of all) {
    const values = byName.get(name);
    if (values) values.push(value);
    else byName.set(name, [value]);
  }
  return byName;
}

/** H6.24 */
export const lastValues = (all: ReadonlyMap<string, readonly string[]>): Readonly<Record<string, string>> =>
  Object.fromEntries(all.entries().map(([name, values]) => [name, values.at(-1) ?? '']));
