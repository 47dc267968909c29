import { ExpressionError } from './expression-error.js';
import { type JsonPath, parseJsonPath, valueAt } from './json-path.js';

/**
 * Response parameter mapping of non-proxy integrations: a header of the route's response ← a part of the integration's
 * answer. A frame has no headers, so only the answer to a handshake shows them.
 */
export type ResponseSource =
  | { readonly kind: 'literal'; readonly value: string }
  /** `integration.response.[multivalue]header.NAME`; the name in lower case. */
  | { readonly kind: 'header'; readonly name: string; readonly isMultiValue: boolean }
  /** `integration.response.body[.JSONPATH]` */
  | { readonly kind: 'body'; readonly path: JsonPath };

/** What an integration answered, as far as sources look at it. */
export interface MappableAnswer {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** `undefined` when the text is no JSON. */
  readonly json: unknown;
}

/**
 * @param destination `route.response.header.NAME`, or `method.response.header.NAME`, as the model's text calls it
 * @throws {ExpressionError} a destination or source that there is not
 */
export function parseResponseMapping(
  destination: string,
  source: string,
): { readonly name: string; readonly source: ResponseSource } {
  const name = destination.match(/^(?:route|method)\.response\.header\.([\w.$-]+)$/)?.[1];
  if (name === undefined) {
    throw new ExpressionError(`'${destination}' is no destination: route.response.header.NAME`);
  }
  return { name, source: parseResponseSource(source) };
}

/** The source's values; none when it leads to nothing. */
export function evaluateResponseSource(source: ResponseSource, answer: MappableAnswer): readonly string[] {
  switch (source.kind) {
    case 'literal':
      return [source.value];
    case 'header': {
      const values = [answer.headers[source.name] ?? []].flat();
      return source.isMultiValue ? values : values.slice(-1);
    }
    case 'body': {
      const value = source.path.length === 0 ? answer.text : valueAt(answer.json, source.path);
      if (value === undefined || value === null) return [];
      return [typeof value === 'string' ? value : JSON.stringify(value)];
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
    `'${text}' is no source: integration.response.header.NAME, integration.response.body.JSONPATH or 'literal'`,
  );
}
