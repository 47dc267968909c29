import { ExpressionError } from './expression-error.js';
import { type JsonPath, parseJsonPath } from './json-path.js';

/**
 * Parameter mappings of HTTP APIs, parsed. Their grammar is not that of WebSocket APIs: `append:header.x` →
 * `$request.header.y` (H8.01 to H8.07).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
 */

/** One entry of an integration's `RequestParameters`. */
export type HttpRequestMapping = WrittenMapping & ParsedRequestMapping;

/** A mapping as it was written: key and value. */
interface WrittenMapping {
  readonly text: { readonly destination: string; readonly source: string };
}

type ParsedRequestMapping =
  | {
      readonly operation: 'append' | 'overwrite';
      readonly location: 'header' | 'querystring';
      readonly name: string;
      readonly value: MappedValue;
    }
  | { readonly operation: 'remove'; readonly location: 'header' | 'querystring'; readonly name: string }
  /** Replaces the whole path that is sent; the query string stays. */
  | { readonly operation: 'overwrite'; readonly location: 'path'; readonly value: MappedValue };

/** One entry of an integration's `ResponseParameters` for one status. */
export type HttpResponseMapping = WrittenMapping & ParsedResponseMapping;

type ParsedResponseMapping =
  | {
      readonly operation: 'append' | 'overwrite';
      readonly location: 'header';
      readonly name: string;
      readonly value: MappedValue;
    }
  | { readonly operation: 'remove'; readonly location: 'header'; readonly name: string }
  | { readonly operation: 'overwrite'; readonly location: 'statuscode'; readonly value: MappedValue };

/** Static text and variables, in order: `$request.header.x` is one variable, `a-${request.path.id}` a text and one. */
export type MappedValue = readonly (string | MappingVariable)[];

/** Where a value comes from. The first four read the message that is mapped: the request, or the response. */
export type MappingVariable =
  /** Name in lower case. */
  | { readonly kind: 'header'; readonly name: string }
  /** Empty path: the whole body. */
  | { readonly kind: 'body'; readonly path: JsonPath }
  /** Only of requests; so are the next two. */
  | { readonly kind: 'querystring'; readonly name: string }
  /** `$request.path`: without the stage. */
  | { readonly kind: 'path' }
  /** `$request.path.NAME`: a path variable of the route. */
  | { readonly kind: 'pathParameter'; readonly name: string }
  /** `$context.NAME` */
  | { readonly kind: 'context'; readonly name: string }
  /** `$stageVariables.NAME` */
  | { readonly kind: 'stageVariable'; readonly name: string };

/**
 * @param key `append|overwrite|remove:header.NAME`, the same for `querystring`, or `overwrite:path`
 * @param value static text, a variable, or text with variables in `${…}`; without meaning after `remove`
 * @throws {ExpressionError} the key, its header or the value is not allowed
 */
export function parseHttpRequestMapping(key: string, value: string): HttpRequestMapping {
  return { text: { destination: key, source: value }, ...parseRequest(key, value) };
}

function parseRequest(key: string, value: string): ParsedRequestMapping {
  if (key === 'overwrite:path') {
    return { operation: 'overwrite', location: 'path', value: parseMappedValue(value, 'request') };
  }
  const [, operation, location, name] = key.match(REQUEST_KEY) ?? [];
  if (operation === undefined || location === undefined || name === undefined) {
    const hint = key.startsWith('integration.request.') ? '; that is the grammar of WebSocket APIs' : '';
    throw new ExpressionError(
      `'${key}' is not a key of request parameters: {append|overwrite|remove}:{header|querystring}.NAME or overwrite:path${hint}`,
    );
  }
  if (location === 'header') checkHeader(key, name);
  const target = { location: location as 'header' | 'querystring', name };
  return operation === 'remove'
    ? { operation, ...target }
    : {
        operation: operation as 'append' | 'overwrite',
        ...target,
        value: parseMappedValue(value, 'request'),
      };
}

/**
 * @param key `append|overwrite|remove:header.NAME` or `overwrite:statuscode`
 * @param value as for requests, with variables of the response
 * @throws {ExpressionError} the key, its header or the value is not allowed
 */
export function parseHttpResponseMapping(key: string, value: string): HttpResponseMapping {
  return { text: { destination: key, source: value }, ...parseResponse(key, value) };
}

function parseResponse(key: string, value: string): ParsedResponseMapping {
  // H8.02: the model's text has a dot, the guide's examples a colon
  if (key === 'overwrite:statuscode') {
    return { operation: 'overwrite', location: 'statuscode', value: parseStatus(value) };
  }
  const [, operation, name] = key.match(RESPONSE_KEY) ?? [];
  if (operation === undefined || name === undefined) {
    throw new ExpressionError(
      `'${key}' is not a key of response parameters: {append|overwrite|remove}:header.NAME or overwrite:statuscode`,
    );
  }
  checkHeader(key, name);
  return operation === 'remove'
    ? { operation, location: 'header', name }
    : {
        operation: operation as 'append' | 'overwrite',
        location: 'header',
        name,
        value: parseMappedValue(value, 'response'),
      };
}

const REQUEST_KEY = /^(append|overwrite|remove):(header|querystring)\.(\S+)$/;
const RESPONSE_KEY = /^(append|overwrite|remove):header\.(\S+)$/;

/** Form of a header's name (RFC 9110, 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers that no mapping may change (H8.20), names in lower case. */
const RESERVED_HEADERS = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-location',
  'forwarded',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);
const RESERVED_PREFIXES = ['access-control-', 'apigw-', 'x-amz-', 'x-amzn-'];

function checkHeader(key: string, name: string): void {
  if (!TOKEN.test(name)) throw new ExpressionError(`'${key}': '${name}' is not a header name`);
  const lower = name.toLowerCase();
  if (RESERVED_HEADERS.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    throw new ExpressionError(`'${key}': the header ${name} is reserved and cannot be mapped`);
  }
}

function parseStatus(text: string): MappedValue {
  const value = parseMappedValue(text, 'response');
  const [only] = value;
  if (value.length === 1 && typeof only === 'string' && !/^[2-5]\d\d$/.test(only)) {
    throw new ExpressionError(`'overwrite:statuscode': '${text}' is not a status from 200 to 599`);
  }
  return value;
}

/** A variable in `${…}`, or an opening without its end. */
const BRACED = /\$\{([^}]*)(\}?)/g;

/** `$request.…` and so on: the whole value is one variable. A dollar sign elsewhere is text. */
const BARE = /^\$((?:request|response|context|stageVariables)(?:\..*)?)$/s;

/** @throws {ExpressionError} a variable in it is not allowed */
export function parseMappedValue(text: string, message: 'request' | 'response'): MappedValue {
  const bare = text.match(BARE)?.[1];
  if (bare !== undefined) return [parseVariable(bare, message)];
  const parts: (string | MappingVariable)[] = [];
  let end = 0;
  for (const match of text.matchAll(BRACED)) {
    const [whole, variable = '', closing] = match;
    if (closing === '') throw new ExpressionError(`'${text}' has a '\${' without a '}'`);
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(parseVariable(variable, message));
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/**
 * @param text `$request.header.NAME`, `$request.querystring.NAME`, `$context.NAME` or `$stageVariables.NAME`
 * @returns `undefined` for anything else (H9.18)
 */
export function parseIdentitySource(text: string): MappingVariable | undefined {
  if (!/^\$(?:request\.(?:header|querystring)|context|stageVariables)\.\S+$/.test(text)) return undefined;
  try {
    return parseVariable(text.slice(1), 'request');
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** @param text `request.header.x`, without a dollar sign */
function parseVariable(text: string, message: 'request' | 'response'): MappingVariable {
  const [, name] = text.match(/^context\.([\w.:/-]+)$/) ?? [];
  if (name !== undefined) return { kind: 'context', name };
  const [, stageVariable] = text.match(/^stageVariables\.(\w+)$/) ?? [];
  if (stageVariable !== undefined) return { kind: 'stageVariable', name: stageVariable };
  if (text.startsWith(`${message}.`)) {
    const variable = parseMessageVariable(text.slice(message.length + 1), message);
    if (variable !== undefined) return variable;
  }
  const allowed =
    message === 'request'
      ? 'request.{header|querystring|path}.NAME, request.path, request.body[.JSONPATH]'
      : 'response.header.NAME, response.body[.JSONPATH]';
  throw new ExpressionError(
    `'$${text}' is not a variable here; allowed: ${allowed}, context.NAME, stageVariables.NAME`,
  );
}

function parseMessageVariable(text: string, message: 'request' | 'response'): MappingVariable | undefined {
  const body = text.match(/^body(?=$|[.[])(.*)$/s)?.[1];
  if (body !== undefined) return { kind: 'body', path: parseJsonPath(body) };
  const [, location, name = ''] = text.match(/^(header|querystring|path)\.(\S+)$/) ?? [];
  if (location === 'header' && TOKEN.test(name)) return { kind: 'header', name: name.toLowerCase() };
  if (message === 'response') return undefined;
  if (location === 'querystring') return { kind: 'querystring', name };
  if (location === 'path') return { kind: 'pathParameter', name };
  return text === 'path' ? { kind: 'path' } : undefined;
}
