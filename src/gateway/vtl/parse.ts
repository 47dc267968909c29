import {
  positionAt,
  positionOf,
  type Raw,
  type RawNode,
  readVelocity,
  SyntaxFault,
} from './read-velocity.js';
import { exactNumber } from '../mapping/exact-json.js';
import { type Branch, type Expression, type Node, type Reference, type Step } from './syntax.js';
import { type Position } from './template-error.js';

/**
 * Parses a template. The grammar is velocityjs's. The evaluation is our own, because the library follows JavaScript
 * where Velocity follows Java: `""` and `0` are true, `5 / 2` is 2, methods are Java's.
 *
 * @throws {SyntaxFault}
 */
export function parseTemplate(source: string): readonly Node[] {
  const braced = /#\{(if|elseif|end|set|foreach|macro|define|break)\}/.exec(source);
  if (braced) {
    const reason = `${braced[0]} is valid in Velocity but not supported by this gateway; write #${braced[1]}`;
    throw new SyntaxFault(positionAt(source, braced.index), reason);
  }
  return new Reader(source).nodes(readVelocity(source));
}

/** Parses text in double quotes, which is a template of its own; the library does not report its position. */
function parseWithin(source: string, position: Position): readonly Node[] {
  try {
    return new Reader(source, position).nodes(readVelocity(source));
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    throw new SyntaxFault(position, `"${source}" ${error.message}`, { cause: error });
  }
}

class Reader {
  /** Where each line begins. */
  readonly #lines: readonly number[];

  /** The directive or reference that is being read. */
  #position: Position = { line: 1, column: 1 };

  /** @param fixed the position of every node, if the source is part of another template */
  constructor(
    private readonly source: string,
    private readonly fixed?: Position,
  ) {
    this.#lines = [0, ...source.matchAll(/\r\n?|\n/g).map((match) => match.index + match[0].length)];
  }

  nodes(raw: readonly RawNode[]): readonly Node[] {
    return raw.flatMap((node) =>
      typeof node === 'string' ? [{ kind: 'text', text: node } as const] : this.#node(node),
    );
  }

  #node(raw: Raw | readonly RawNode[]): Node | [] {
    if (Array.isArray(raw)) return this.#block(raw[0] as Raw, raw.slice(1) as readonly RawNode[]);
    const node = raw as Raw;
    const position = this.#enter(node);
    switch (node.type) {
      case 'references':
        return { kind: 'print', reference: this.#reference(node), text: this.#textOf(node), position };
      case 'set': {
        const [target, value] = node.equal ?? fail(position, '#set');
        return { kind: 'set', target: this.#reference(target), value: this.#expression(value), position };
      }
      case 'break':
        return { kind: 'break' };
      case 'macro_call':
        return {
          kind: 'call',
          name: String(node.id),
          args: this.#expressions(node.args),
          text: this.#textOf(node),
          position,
        };
      case 'raw':
        return { kind: 'text', text: String(node.value) };
      case 'comment':
        return [];
      default:
        return fail(position, `#${node.type}`);
    }
  }

  #block(directive: Raw, body: readonly RawNode[]): Node {
    const position = this.#enter(directive);
    switch (directive.type) {
      case 'if':
        return { kind: 'if', branches: this.#branches(directive, body) };
      case 'foreach':
        return {
          kind: 'foreach',
          name: directive.to ?? '',
          items: this.#expression(directive.from ?? fail(position, '#foreach')),
          body: this.nodes(body),
          position,
        };
      case 'define':
        return { kind: 'define', name: String(directive.id), body: this.nodes(body) };
      case 'macro': {
        const parameters = (directive.args || []).map(({ id }) => String(id));
        return { kind: 'macro', name: String(directive.id), parameters, body: this.nodes(body) };
      }
      default:
        return fail(position, `#${directive.type}`);
    }
  }

  #branches(first: Raw, body: readonly RawNode[]): readonly Branch[] {
    const branches: { directive: Raw; body: RawNode[] }[] = [{ directive: first, body: [] }];
    for (const node of body) {
      const type = typeof node === 'object' && 'type' in node ? node.type : '';
      if (type === 'elseif' || type === 'else') branches.push({ directive: node as Raw, body: [] });
      else branches.at(-1)?.body.push(node);
    }
    return branches.map(({ directive, body: nodes }) => ({
      position: this.#enter(directive),
      condition: directive.condition && this.#expression(directive.condition),
      body: this.nodes(nodes),
    }));
  }

  #enter({ pos }: Raw): Position {
    this.#position = this.fixed ?? positionOf(pos);
    return this.#position;
  }

  #reference(raw: Raw): Reference {
    const steps = (raw.path ?? []).map((step) => this.#step(step));
    return {
      name: String(raw.id),
      // `$name(…)` is not a reference in Velocity: a method without a name does not exist
      path: raw.args === undefined ? steps : [{ kind: 'method', name: '', args: [] }, ...steps],
      isQuiet: raw.leader === '$!',
    };
  }

  #step(raw: Raw): Step {
    switch (raw.type) {
      case 'property':
        return { kind: 'property', name: String(raw.id) };
      case 'method':
        return { kind: 'method', name: String(raw.id), args: this.#expressions(raw.args) };
      default:
        // `$name[]` and the like have no value and are printed unmodified
        return { kind: 'index', key: raw.type === 'index' ? this.#expression(raw.id as Raw) : NOTHING };
    }
  }

  #expressions(raw: Raw['args']): readonly Expression[] {
    return (raw || []).map((item) => this.#expression(item));
  }

  #expression(raw: Raw | string | number): Expression {
    if (typeof raw !== 'object') return { kind: 'literal', value: Number(raw) };
    switch (raw.type) {
      case 'references':
        return { kind: 'reference', reference: this.#reference(raw) };
      case 'string': {
        const text = String(raw.value);
        // in single quotes a dollar sign is literal
        if (raw.isEval !== true || !/[$#]/.test(text)) return { kind: 'literal', value: text };
        return { kind: 'interpolated', body: parseWithin(text, this.#position) };
      }
      case 'integer':
      case 'decimal':
        return { kind: 'literal', value: exactNumber(String(raw.value)) };
      case 'bool':
        return { kind: 'literal', value: raw.value === 'null' ? null : raw.value === 'true' };
      case 'runt':
        return { kind: 'literal', value: String(raw.value) };
      case 'array': {
        const [from = NOTHING, to = NOTHING, ...rest] = (raw.value as readonly Raw[]).map((item) =>
          this.#expression(item),
        );
        if (raw.isRange === true) return { kind: 'range', from, to };
        const count = (raw.value as readonly Raw[]).length;
        return { kind: 'list', items: [from, to, ...rest].slice(0, count) };
      }
      case 'map':
        return {
          kind: 'map',
          entries: Object.entries((raw.value ?? {}) as Record<string, Raw>).map(([key, value]) => [
            key,
            this.#expression(value),
          ]),
        };
      case 'math':
        return {
          kind: 'operation',
          operator: raw.operator ?? '',
          operands: (raw.expression ?? []).map((operand) => this.#expression(operand)),
        };
      default:
        return NOTHING;
    }
  }

  #textOf({ pos }: Raw): string {
    if (pos === undefined) return '';
    const offset = (line: number, column: number) => (this.#lines[line - 1] ?? 0) + column;
    return this.source.slice(
      offset(pos.first_line, pos.first_column),
      offset(pos.last_line, pos.last_column),
    );
  }
}

const NOTHING: Expression = { kind: 'literal', value: null };

function fail(position: Position, what: string): never {
  throw new SyntaxFault(position, `${what} is not supported by this gateway`);
}
