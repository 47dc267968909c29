import { HOP_BY_HOP_HEADERS } from '../hop-by-hop-headers.js';
import { mappedText } from '../silent/mapping-choices.js';
import { ExpressionError } from './expression-error.js';
import { type JsonPath, parseJsonPath, valueAt } from './json-path.js';

/**
 * Request parameter mapping: `integration.request.{header|querystring|path}.NAME` ← a source. The grammar is that of
 * WebSocket APIs. The grammar of HTTP APIs (`overwrite:header.X` ← `$context.y`) is refused, with a hint.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 */
export interface ParameterMapping {
  readonly location: 'header' | 'querystring' | 'path';
  readonly name: string;
  readonly source: Source;
  /** Destination and source as they were given. */
  readonly text: { readonly destination: string; readonly source: string };
}

export type Source =
  /** Text between single quotes; in a query string it is regarded as already encoded. */
  | { readonly kind: 'literal'; readonly value: string }
  /** `context.NAME` */
  | { readonly kind: 'context'; readonly name: string }
  /** `stageVariables.NAME` */
  | { readonly kind: 'stageVariable'; readonly name: string }
  /** `route.request.body[.JSONPATH]` */
  | { readonly kind: 'body'; readonly path: JsonPath }
  /** `route.request.[multivalue]{header|querystring}.NAME`: of the client's handshake, so only on `$connect`. */
  | {
      readonly kind: 'handshake';
      readonly location: 'header' | 'querystring';
      readonly name: string;
      readonly isMultiValue: boolean;
    };

/** The parts of an event that sources read. */
export interface Mappable {
  readonly context: Readonly<Record<string, string | undefined>>;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Only on `$connect`. Header names are in lower case. */
  readonly handshake?: {
    readonly header: ReadonlyMap<string, readonly string[]>;
    readonly querystring: ReadonlyMap<string, readonly string[]>;
  };
  /** Only on message routes. */
  readonly body?: { readonly text: string; readonly json: unknown };
}

/**
 * @throws {ExpressionError} a destination or source that a WebSocket API does not have
 */
export function parseParameterMapping(destination: string, source: string): ParameterMapping {
  const [, location, name] = destination.match(DESTINATION) ?? [];
  if (location === undefined || name === undefined) {
    const hint = /^(append|overwrite|remove):/.test(destination) ? '; that is the grammar of HTTP APIs' : '';
    throw new ExpressionError(
      `'${destination}' is not a destination: integration.request.{header|querystring|path}.NAME${hint}`,
    );
  }
  if (location === 'header' && HOP_BY_HOP_HEADERS.includes(name.toLowerCase())) {
    throw new ExpressionError(
      `'${destination}': the header ${name} belongs to the connection and cannot be mapped`,
    );
  }
  return {
    location: location as ParameterMapping['location'],
    name,
    source: parseSource(source),
    text: { destination, source },
  };
}

/** The source's values for one event. A source without a value has none; its parameter is then not sent. */
export function evaluateSource(source: Source, event: Mappable): readonly string[] {
  switch (source.kind) {
    case 'literal':
      return [source.value];
    case 'context':
      return atMostOne(ownValue(event.context, source.name));
    case 'stageVariable':
      return atMostOne(ownValue(event.stageVariables, source.name));
    case 'body':
      if (event.body === undefined) return [];
      if (source.path.length === 0) return [event.body.text];
      return atMostOne(mappedText(valueAt(event.body.json, source.path)));
    case 'handshake': {
      const name = source.location === 'header' ? source.name.toLowerCase() : source.name;
      const values = event.handshake?.[source.location].get(name) ?? [];
      // the last value, as in a Lambda event's queryStringParameters (observed)
      return source.isMultiValue ? values : values.slice(-1);
    }
  }
}

const NAME = '[a-zA-Z0-9._$-]+';
const DESTINATION = new RegExp(`^integration\\.request\\.(header|querystring|path)\\.(${NAME})$`);
const HANDSHAKE = new RegExp(`^route\\.request\\.(multivalue)?(header|querystring)\\.(${NAME})$`);

/** @throws {ExpressionError} a source that a WebSocket API does not have */
export function parseSource(text: string): Source {
  const literal = text.match(/^'([^'\p{Cc}]*)'$/u)?.[1];
  if (literal !== undefined) return { kind: 'literal', value: literal };

  const context = text.match(/^context\.([\w.-]+)$/)?.[1];
  if (context !== undefined) return { kind: 'context', name: context };

  const stageVariable = text.match(/^stageVariables\.(\w+)$/)?.[1];
  if (stageVariable !== undefined) return { kind: 'stageVariable', name: stageVariable };

  const body = text.match(/^route\.request\.body(?=$|[.[])(.*)$/s)?.[1];
  if (body !== undefined) return { kind: 'body', path: parseJsonPath(body) };

  const [, multi, location, name] = text.match(HANDSHAKE) ?? [];
  if (location !== undefined && name !== undefined) {
    return {
      kind: 'handshake',
      location: location as 'header' | 'querystring',
      name,
      isMultiValue: multi !== undefined,
    };
  }
  const hint = text.startsWith('$') ? '; a WebSocket mapping has no leading $' : '';
  throw new ExpressionError(
    `'${text}' is not a source: context.NAME, stageVariables.NAME, route.request.{header|querystring|body}.NAME or 'literal'${hint}`,
  );
}

/** Own properties only: `context.constructor` has no value. */
const ownValue = (values: Readonly<Record<string, string | undefined>>, name: string) =>
  Object.hasOwn(values, name) ? values[name] : undefined;

const atMostOne = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
