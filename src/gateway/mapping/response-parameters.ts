import { mappedText, RESPONSE_HEADER } from '../silent/mapping-choices.js';
import { ExpressionError } from './expression-error.js';
import { type JsonPath, parseJsonPath, valueAt } from './json-path.js';

/**
 * Response parameter mapping of non-proxy integrations: a header of the route's response ← a part of the integration's
 * response. A frame has no headers, so only the response to a handshake contains them.
 */
export type ResponseSource =
  | { readonly kind: 'literal'; readonly value: string }
  /** `integration.response.[multivalue]header.NAME`; the name in lower case. */
  | { readonly kind: 'header'; readonly name: string; readonly isMultiValue: boolean }
  /** `integration.response.body[.JSONPATH]` */
  | { readonly kind: 'body'; readonly path: JsonPath };

/** The parts of an integration's response that sources read. */
interface MappableResponse {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** `undefined` when the text is not JSON. */
  readonly json: unknown;
}

/**
 * @param destination `route.response.header.NAME` or `method.response.header.NAME`
 * @throws {ExpressionError} the destination or the source is not valid
 */
export function parseResponseMapping(
  destination: string,
  source: string,
): { readonly name: string; readonly source: ResponseSource } {
  const name = destination.match(RESPONSE_HEADER)?.[1];
  if (name === undefined) {
    throw new ExpressionError(`'${destination}' is not a destination: route.response.header.NAME`);
  }
  return { name, source: parseResponseSource(source) };
}

/** The source's values; a source without a value has none. */
export function evaluateResponseSource(
  source: ResponseSource,
  response: MappableResponse,
): readonly string[] {
  switch (source.kind) {
    case 'literal':
      return [source.value];
    case 'header': {
      const values = [response.headers[source.name] ?? []].flat();
      return source.isMultiValue ? values : values.slice(-1);
    }
    case 'body': {
      const value = source.path.length === 0 ? response.text : valueAt(response.json, source.path);
      const text = mappedText(value);
      return text === undefined ? [] : [text];
    }
  }
}

function parseResponseSource(text: string): ResponseSource {
  const literal = text.match(/^'([^'\p{Cc}]*)'$/u)?.[1];
  if (literal !== undefined) return { kind: 'literal', value: literal };
  const [, multi, header] = text.match(/^integration\.response\.(multivalue)?header\.([\w.$-]+)$/) ?? [];
  if (header !== undefined) {
    return { kind: 'header', name: header.toLowerCase(), isMultiValue: multi !== undefined };
  }
  const body = text.match(/^integration\.response\.body(?=$|[.[])(.*)$/s)?.[1];
  if (body !== undefined) return { kind: 'body', path: parseJsonPath(body) };
  throw new ExpressionError(
    `'${text}' is not a source: integration.response.header.NAME, integration.response.body.JSONPATH or 'literal'`,
  );
}
