import { isFinalStatus } from '../silent/integration-choices.js';
import { type BackendResponse } from './backend-response.js';
import { UnusableResponseError } from './integration-errors.js';

/**
 * Reads the result of an `AWS_PROXY` integration's function as an HTTP response:
 * `{statusCode, headers, multiValueHeaders, body, isBase64Encoded}`, of which only `statusCode` is required.
 *
 * @param payload JSON
 * @throws {UnusableResponseError} it does not have this form, or cannot be written as HTTP
 */
export function readProxyResponse(payload: string): BackendResponse {
  const result = parse(payload);
  if (!isObject(result))
    throw new UnusableResponseError(`it is ${kindOf(result)}, not an object with a statusCode`);
  const { statusCode, headers, multiValueHeaders } = result;
  const body = resultBody(result);
  return { status: readStatus(statusCode), headers: readHeaders(headers, multiValueHeaders), body };
}

/**
 * Reads the result of a function behind an HTTP API with payload 2.0: `{statusCode, headers, cookies, body,
 * isBase64Encoded}`, or without `statusCode` any value, which is the body (H6.30 to H6.36).
 *
 * @param payload JSON
 * @throws {UnusableResponseError} it has a `statusCode` but not this form, or cannot be written as HTTP
 */
export function readHttpResult(payload: string): BackendResponse {
  const result = parseJson(payload);
  if (!isObject(result) || result['statusCode'] === undefined) {
    const text = typeof result === 'string' ? result : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
  }
  const { statusCode, headers, cookies } = result;
  const body = resultBody(result);
  const all = new Map(Object.entries(readHeaders(headers, undefined)));
  // H6.34: the cookies before a set-cookie header
  const setCookie = [...readCookies(cookies), ...(all.get('set-cookie') ?? [])];
  if (setCookie.length > 0) all.set('set-cookie', setCookie);
  return { status: readStatus(statusCode), headers: Object.fromEntries(all), body };
}

function resultBody({ body, isBase64Encoded }: Readonly<Record<string, unknown>>): Buffer {
  if (body !== undefined && body !== null && typeof body !== 'string') {
    throw new UnusableResponseError(`body is ${kindOf(body)}, not a string; use JSON.stringify`);
  }
  return Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
}

function readCookies(cookies: unknown): readonly string[] {
  if (cookies === undefined || cookies === null) return [];
  if (!Array.isArray(cookies)) throw new UnusableResponseError(`cookies is ${kindOf(cookies)}, not a list`);
  return cookies.map((cookie) => headerText('set-cookie', cookie));
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch (cause) {
    throw new UnusableResponseError('it is not JSON', { cause });
  }
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return payload;
  }
}

/** An integer; like REST APIs, also as a string. */
function readStatus(statusCode: unknown): number {
  const status = typeof statusCode === 'string' && /^\d+$/.test(statusCode) ? Number(statusCode) : statusCode;
  if (isFinalStatus(status)) return status;
  throw new UnusableResponseError(`statusCode is ${kindOf(statusCode)}, not a number from 200 to 599`);
}

/** Both kinds merged: one list for each name, without duplicates. */
function readHeaders(
  headers: unknown,
  multiValueHeaders: unknown,
): Readonly<Record<string, readonly string[]>> {
  const all = new Map<string, string[]>();
  const add = (name: string, value: unknown) => {
    if (!TOKEN.test(name)) throw new UnusableResponseError(`'${name}' is not a valid header name`);
    const values = all.get(name.toLowerCase()) ?? [];
    const text = headerText(name, value);
    if (!values.includes(text)) values.push(text);
    all.set(name.toLowerCase(), values);
  };
  for (const [name, values] of entries('multiValueHeaders', multiValueHeaders)) {
    if (!Array.isArray(values)) throw new UnusableResponseError(`multiValueHeaders.${name} is not a list`);
    for (const value of values) add(name, value);
  }
  for (const [name, value] of entries('headers', headers)) add(name, value);
  return Object.fromEntries(all);
}

function entries(member: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw new UnusableResponseError(`${member} is ${kindOf(value)}, not an object`);
  return Object.entries(value);
}

/** UTF-8, with one character for each byte, as Node's HTTP expects it. */
function headerText(name: string, value: unknown): string {
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    throw new UnusableResponseError(`the header ${name} is ${kindOf(value)}, not a string`);
  }
  const text = String(value);
  if (/[^\t\P{Cc}]/u.test(text))
    throw new UnusableResponseError(`the header ${name} has a control character`);
  return Buffer.from(text, 'utf8').toString('latin1');
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Form of a header's name (RFC 9110, 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** The kind of value, not the value itself, which must not be logged. */
function kindOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  if (typeof value === 'string') return 'a string';
  return String(value);
}
