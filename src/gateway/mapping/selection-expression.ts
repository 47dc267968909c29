import { ExpressionError } from './expression-error.js';
import { type JsonPath, parseJsonPath, valueAt } from './json-path.js';

/**
 * A route selection expression, ready to be evaluated: `$request.body.action`, `${request.body.service}/${request.body.do}`,
 * literal text, and `\$` for a dollar sign. One pass: what a variable yields is not evaluated again.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export type SelectionExpression = readonly (string | JsonPath)[];

// an escaped dollar · ${variable} · $variable up to the first character that no path has · literal text
const PART = /\\\$|\$\{([^}]*)\}|\$([\w.\-[\]'"*]+)|[^\\$]+|\\/gy;

/** @throws {ExpressionError} a variable that is no part of the message's body: nothing else is known after `$connect` */
export function parseSelectionExpression(text: string): SelectionExpression {
  const parts: (string | JsonPath)[] = [];
  let end = 0;
  for (const match of text.matchAll(PART)) {
    const [whole, braced, bare] = match;
    const variable = braced ?? bare;
    if (variable !== undefined) parts.push(parseVariable(variable));
    else parts.push(whole === '\\$' ? '$' : whole);
    end = match.index + whole.length;
  }
  if (text === '' || end !== text.length) {
    throw new ExpressionError(
      `the selection expression '${text}' cannot be read from '${text.slice(end)}' on`,
    );
  }
  return parts;
}

/** The expression's text for a message; a path that leads nowhere gives nothing, so that `${a}-${missing}` is `join-`. */
export function evaluateSelection(expression: SelectionExpression, body: unknown): string {
  return expression.map((part) => (typeof part === 'string' ? part : asText(valueAt(body, part)))).join('');
}

function parseVariable(variable: string): JsonPath {
  const path = variable.match(/^request\.body(?=$|[.[])(.*)$/s)?.[1];
  if (path === undefined) {
    throw new ExpressionError(`a route is selected by $request.body.{path}, not by '$${variable}'`);
  }
  return parseJsonPath(path);
}

/** Two elements become `[item1, item2]`, as the guide says. */
function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
