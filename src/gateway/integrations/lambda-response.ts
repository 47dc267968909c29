import { type IntegrationAnswer } from './integration-client.js';
import { UnusableAnswerError } from './integration-errors.js';

/**
 * What the function of an `AWS_PROXY` integration returned, as an HTTP answer:
 * `{statusCode, headers, multiValueHeaders, body, isBase64Encoded}`, of which only `statusCode` has to be there.
 *
 * @param payload JSON
 * @throws {UnusableAnswerError} it is no such object, or one that could not be written as HTTP
 */
export function readProxyAnswer(payload: string): IntegrationAnswer {
  const answer = parse(payload);
  if (!isObject(answer))
    throw new UnusableAnswerError(`it is ${shown(answer)}, not an object with a statusCode`);
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answer;
  if (body !== undefined && body !== null && typeof body !== 'string') {
    throw new UnusableAnswerError(`body is ${shown(body)}, not a string; JSON.stringify makes it one`);
  }
  return {
    status: readStatus(statusCode),
    headers: readHeaders(headers, multiValueHeaders),
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return payload;
  }
}

/** A whole number, also as a string, as REST APIs take it. */
function readStatus(statusCode: unknown): number {
  const status = typeof statusCode === 'string' && /^\d+$/.test(statusCode) ? Number(statusCode) : statusCode;
  // below 200 an answer would not be the last one to its request
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new UnusableAnswerError(`statusCode is ${shown(statusCode)}, not a number from 200 to 599`);
}

/** Both kinds, in one list for each name; a value that both have is there once. */
function readHeaders(
  headers: unknown,
  multiValueHeaders: unknown,
): Readonly<Record<string, readonly string[]>> {
  const all = new Map<string, string[]>();
  const add = (name: string, value: unknown) => {
    if (!TOKEN.test(name)) throw new UnusableAnswerError(`'${name}' is no name of a header`);
    const values = all.get(name.toLowerCase()) ?? [];
    const text = headerText(name, value);
    if (!values.includes(text)) values.push(text);
    all.set(name.toLowerCase(), values);
  };
  for (const [name, values] of entries('multiValueHeaders', multiValueHeaders)) {
    if (!Array.isArray(values)) throw new UnusableAnswerError(`multiValueHeaders.${name} is no list`);
    for (const value of values) add(name, value);
  }
  for (const [name, value] of entries('headers', headers)) add(name, value);
  return Object.fromEntries(all);
}

function entries(member: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw new UnusableAnswerError(`${member} is ${shown(value)}, not an object`);
  return Object.entries(value);
}

/** As it goes over the wire: UTF-8, one character for each byte. */
function headerText(name: string, value: unknown): string {
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    throw new UnusableAnswerError(`the header ${name} is ${shown(value)}, not a string`);
  }
  const text = String(value);
  // what would end the header and begin another
  if (/[^\t\P{Cc}]/u.test(text)) throw new UnusableAnswerError(`the header ${name} has a control character`);
  return Buffer.from(text, 'utf8').toString('latin1');
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a header may be called (RFC 9110, 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Enough of it to be recognised; the whole may hold what logs must not. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  if (typeof value === 'string') return 'a string';
  return String(value);
}
