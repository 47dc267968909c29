import { ExpressionError } from './expression-error.js';

/**
 * The JSONPath of selection expressions and body mappings, as far as API Gateway's documents use it: names
 * (`a.b-c`, `['a b']`), indices (`[0]`, `[-1]`) and `[*]`. Filters, slices and recursive descent (`..`) are refused
 * when the expression is set: an evaluation that differs from AWS's would be worse.
 */
export type JsonPath = readonly Segment[];

type Segment = { readonly name: string } | { readonly index: number } | 'all';

const SEGMENT = /\.?\[(?:'([^']*)'|"([^"]*)"|(-?\d+)|(\*))\]|\.([^.[\]\s]+)/gy;

/**
 * @param text the path below the root, such as `.service.do` or `['service'][0]`; empty for the root itself
 * @throws {ExpressionError} the syntax is not supported
 */
export function parseJsonPath(text: string): JsonPath {
  const path: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(SEGMENT)) {
    const [whole, single, double, index, star, dotted] = match;
    const name = single ?? double ?? dotted;
    if (star !== undefined || dotted === '*') path.push('all');
    else if (index !== undefined) path.push({ index: Number(index) });
    else if (name !== undefined) path.push({ name });
    end = match.index + whole.length;
  }
  if (end !== text.length) {
    throw new ExpressionError(`the JSONPath '$${text}' cannot be read from '${text.slice(end)}' on`);
  }
  return path;
}

/** The value at the path; `undefined` when there is none. With `[*]`, the list of all values found. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let values = [root];
  for (const segment of path) values = values.flatMap((value) => step(value, segment));
  return path.includes('all') ? (values.length > 0 ? values : undefined) : values[0];
}

function step(value: unknown, segment: Segment): unknown[] {
  if (segment === 'all') return typeof value === 'object' && value !== null ? Object.values(value) : [];
  if ('index' in segment) {
    const item = Array.isArray(value) ? (value.at(segment.index) as unknown) : undefined;
    return item === undefined ? [] : [item];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.hasOwn(value, segment.name) ? [(value as Record<string, unknown>)[segment.name]] : [];
}
