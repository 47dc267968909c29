import { ExpressionError } from './expression-error.js';
import { type JsonPath, parseJsonPath, valueAt } from './json-path.js';

/**
 * A selection expression, ready to be evaluated: `$request.body.action`, `${request.body.service}/${request.body.do}`,
 * literal text, and `\$` for a dollar sign. One pass: the value of a variable is not evaluated again.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export interface SelectionExpression {
  readonly text: string;
  readonly parts: readonly (string | Variable)[];
}

type Variable =
  | { readonly kind: 'requestBody'; readonly path: JsonPath }
  | { readonly kind: 'requestHeader'; readonly name: string }
  | { readonly kind: 'responseStatus' }
  | { readonly kind: 'responseHeader'; readonly name: string; readonly isMultiValue: boolean }
  | { readonly kind: 'responseBody'; readonly path: JsonPath }
  | { readonly kind: 'context'; readonly name: string };

/** The purpose of an expression, which decides which variables it may contain. */
export type SelectionScope = keyof typeof SCOPE_VARIABLES;

/** The values of variables; a variable of an absent member is empty. */
export interface Selectable {
  /** The client's message as JSON. */
  readonly body?: unknown;
  /** The headers of the client's handshake, names in lower case. */
  readonly header?: ReadonlyMap<string, readonly string[]>;
  /** The integration's response: names of headers in lower case, `body` as JSON if it is JSON. */
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body?: unknown;
  };
  readonly context?: Readonly<Record<string, string | undefined>>;
}

const SCOPE_VARIABLES = {
  /** `RouteSelectionExpression`: only messages are selected by it. */
  route: ['requestBody'],
  /** `TemplateSelectionExpression` of an integration, `ModelSelectionExpression` of a route. */
  request: ['requestBody'],
  /** `TemplateSelectionExpression` of an integration response. */
  response: ['requestBody', 'responseStatus', 'responseHeader', 'responseBody'],
  /** `ApiKeySelectionExpression`. */
  apiKey: ['requestHeader', 'context'],
} as const satisfies Record<string, readonly Variable['kind'][]>;

// an escaped dollar sign · ${variable} · $variable up to the first character that no path contains · literal text
const PART = /\\\$|\$\{([^}]*)\}|\$([\w.\-[\]'"*]+)|[^\\$]+|\\/gy;

/** @throws {ExpressionError} it is not valid, or contains a variable that its scope does not have */
export function parseSelectionExpression(text: string, scope: SelectionScope = 'route'): SelectionExpression {
  const parts: (string | Variable)[] = [];
  let end = 0;
  for (const match of text.matchAll(PART)) {
    const [whole, braced, bare] = match;
    const variable = braced ?? bare;
    if (variable !== undefined) parts.push(parseVariable(variable, scope));
    else parts.push(whole === '\\$' ? '$' : whole);
    end = match.index + whole.length;
  }
  if (text === '' || end !== text.length) {
    throw new ExpressionError(
      `the selection expression '${text}' cannot be read from '${text.slice(end)}' on`,
    );
  }
  return { text, parts };
}

/**
 * The expression's text. A path without a value is empty: `${request.body.action}-${request.body.missing}` is `join-`.
 */
export function evaluateSelection(expression: SelectionExpression, subject: Selectable): string {
  return expression.parts
    .map((part) => (typeof part === 'string' ? part : asText(valueOf(part, subject))))
    .join('');
}

function parseVariable(text: string, scope: SelectionScope): Variable {
  const variable = readVariable(text);
  if (variable === undefined || !(SCOPE_VARIABLES[scope] as readonly string[]).includes(variable.kind)) {
    const allowed = SCOPE_VARIABLES[scope].map((kind) => FORMS[kind]).join(', ');
    throw new ExpressionError(`'$${text}' is not a variable here; allowed: ${allowed}`);
  }
  return variable;
}

const FORMS: Readonly<Record<Variable['kind'], string>> = {
  requestBody: '$request.body.{path}',
  requestHeader: '$request.header.{name}',
  responseStatus: '$integration.response.statuscode',
  responseHeader: '$integration.response.header.{name}',
  responseBody: '$integration.response.body.{path}',
  context: '$context.{name}',
};

function readVariable(text: string): Variable | undefined {
  const body = text.match(/^request\.body(?=$|[.[])(.*)$/s)?.[1];
  if (body !== undefined) return { kind: 'requestBody', path: parseJsonPath(body) };
  const header = text.match(/^request\.header\.([\w-]+)$/)?.[1];
  if (header !== undefined) return { kind: 'requestHeader', name: header.toLowerCase() };
  if (text === 'integration.response.statuscode') return { kind: 'responseStatus' };
  const [, multi, responseHeader] =
    text.match(/^integration\.response\.(multivalue)?header\.([\w-]+)$/) ?? [];
  if (responseHeader !== undefined) {
    return { kind: 'responseHeader', name: responseHeader.toLowerCase(), isMultiValue: multi !== undefined };
  }
  const responseBody = text.match(/^integration\.response\.body(?=$|[.[])(.*)$/s)?.[1];
  if (responseBody !== undefined) return { kind: 'responseBody', path: parseJsonPath(responseBody) };
  const context = text.match(/^context\.([\w.-]+)$/)?.[1];
  return context === undefined ? undefined : { kind: 'context', name: context };
}

function valueOf(variable: Variable, { body, header, response, context }: Selectable): unknown {
  switch (variable.kind) {
    case 'requestBody':
      return valueAt(body, variable.path);
    case 'requestHeader':
      return header?.get(variable.name)?.at(-1);
    case 'responseStatus':
      return response?.status;
    case 'responseHeader': {
      const values = [response?.headers[variable.name] ?? []].flat();
      return variable.isMultiValue ? values : values.at(-1);
    }
    case 'responseBody':
      return valueAt(response?.body, variable.path);
    case 'context':
      return context && Object.hasOwn(context, variable.name) ? context[variable.name] : undefined;
  }
}

/** A list is `[item1, item2]`, as the guide says. */
function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
