import { parse } from 'velocityjs';
import { ExactNumber, exactNumber } from '../../../src/gateway/mapping/exact-json.js';

/**
 * The syntax tree as velocityjs reads a template, in the form of our own: without positions and source text, and with
 * adjacent texts as one.
 */
export const velocityjsSyntax = (source: string): unknown =>
  comparable(nodes(parse(source) as unknown as readonly RawNode[]));

/** A syntax tree in the form that `velocityjsSyntax` returns. */
export function comparable(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(comparable).reduce<unknown[]>(addJoined, []);
  if (typeof tree !== 'object' || tree === null || tree instanceof ExactNumber) return tree;
  const { kind } = tree as { readonly kind?: string };
  const entries = Object.entries(tree)
    .filter(([key]) => key !== 'position' && (kind === 'text' || key !== 'text'))
    .map(([key, value]) => [key, comparable(value)]);
  return Object.fromEntries(entries);
}

/** The parts that we use of a node in the tree of velocityjs; its own types do not describe them. */
interface Raw {
  readonly type: string;
  readonly id: unknown;
  readonly value: unknown;
  readonly leader: string;
  readonly path?: readonly Raw[];
  readonly args?: readonly Raw[] | false;
  readonly equal: readonly [Raw, Raw];
  readonly condition?: Raw;
  readonly from: Raw;
  readonly to: string;
  readonly operator: string;
  readonly expression: readonly [Raw, ...Raw[]];
  readonly isEval?: boolean;
  readonly isRange?: boolean;
}

/** Text, a node, or a block: its directive, then its body. */
type RawNode = string | Raw | readonly [Raw, ...RawNode[]];

const nodes = (raw: readonly RawNode[]): readonly unknown[] => raw.flatMap(node);

function node(raw: RawNode): object | readonly object[] {
  if (typeof raw === 'string') return { kind: 'text', text: raw };
  if (Array.isArray(raw)) return block(raw as readonly [Raw, ...RawNode[]]);
  const { type, id, value, equal } = raw as Raw;
  switch (type) {
    case 'references':
      return { kind: 'print', reference: reference(raw as Raw) };
    case 'set':
      return { kind: 'set', target: reference(equal[0]), value: expression(equal[1]) };
    case 'break':
      return { kind: 'break' };
    case 'macro_call':
      return { kind: 'call', name: id, args: expressions(raw as Raw) };
    case 'raw':
      return { kind: 'text', text: value };
    case 'comment':
      return [];
    default:
      throw new Error(`unexpected ${type}`);
  }
}

function block([directive, ...body]: readonly [Raw, ...RawNode[]]): object {
  const { type, id, to, from, args } = directive;
  switch (type) {
    case 'if':
      return { kind: 'if', branches: branches(directive, body) };
    case 'foreach':
      return { kind: 'foreach', name: to, items: expression(from), body: nodes(body) };
    case 'define':
      return { kind: 'define', name: id, body: nodes(body) };
    case 'macro':
      return { kind: 'macro', name: id, parameters: (args || []).map((arg) => arg.id), body: nodes(body) };
    default:
      throw new Error(`unexpected ${type}`);
  }
}

function branches(first: Raw, body: readonly RawNode[]): readonly object[] {
  const found: { directive: Raw; body: RawNode[] }[] = [{ directive: first, body: [] }];
  for (const item of body) {
    const type = typeof item === 'object' && 'type' in item ? item.type : '';
    if (type === 'elseif' || type === 'else') found.push({ directive: item as Raw, body: [] });
    else found.at(-1)?.body.push(item);
  }
  return found.map(({ directive: { condition }, body: items }) => ({
    condition: condition && expression(condition),
    body: nodes(items),
  }));
}

const reference = ({ id, path, leader }: Raw) => ({
  name: id,
  path: (path ?? []).map(step),
  isQuiet: leader === '$!',
});

function step(raw: Raw): object {
  if (raw.type === 'property') return { kind: 'property', name: raw.id };
  if (raw.type === 'method') return { kind: 'method', name: raw.id, args: expressions(raw) };
  return { kind: 'index', key: raw.type === 'index' ? expression(raw.id as Raw) : literal(null) };
}

const expressions = ({ args }: Raw) => (args || []).map(expression);
const literal = (value: unknown) => ({ kind: 'literal', value });

function expression(raw: Raw | string | number): object {
  // a negative number, and the end of a range
  if (typeof raw !== 'object') return literal(Number(raw));
  const { type, value } = raw;
  switch (type) {
    case 'references':
      return { kind: 'reference', reference: reference(raw) };
    case 'string': {
      const text = String(value);
      if (raw.isEval !== true || !/[$#]/.test(text)) return literal(text);
      return { kind: 'interpolated', body: velocityjsSyntax(text) };
    }
    case 'integer':
    case 'decimal':
      return literal(exactNumber(String(value)));
    case 'bool':
      return literal(value === 'null' ? null : value === 'true');
    case 'runt':
      return literal(value);
    case 'array': {
      const items = (value as readonly Raw[]).map(expression);
      return raw.isRange === true ? { kind: 'range', from: items[0], to: items[1] } : { kind: 'list', items };
    }
    case 'map':
      return {
        kind: 'map',
        entries: Object.entries((value ?? {}) as Record<string, Raw>).map(([key, item]) => [
          key,
          expression(item),
        ]),
      };
    case 'math': {
      const operands = raw.expression.map(expression);
      return raw.operator === 'parenthesis'
        ? (operands[0] as object)
        : { kind: 'operation', operator: raw.operator, operands };
    }
    default:
      throw new Error(`unexpected ${type}`);
  }
}

function addJoined(items: unknown[], item: unknown): unknown[] {
  const [last, next] = [items.at(-1), item] as { kind?: string; text?: string }[];
  if (next?.kind !== 'text') return [...items, item];
  if (next.text === '') return items;
  if (last?.kind !== 'text') return [...items, item];
  return [...items.slice(0, -1), { kind: 'text', text: `${last.text}${next.text}` }];
}
