import { ExpressionParser, NAME, REFERENCE } from './parse-expression.js';
import { Scanner, type Surroundings, SyntaxFault } from './scanner.js';
import { type Branch, type Expression, type Node } from './syntax.js';
import { type Position, shortened } from './template-error.js';

/**
 * Parses a template by the grammar of Velocity 1.7, in linear time.
 *
 * @throws {SyntaxFault}
 */
export function parseTemplate(source: string): readonly Node[] {
  return new TemplateParser(source).parse();
}

/** A block without its `#end`. */
interface OpenBlock {
  readonly directive: string;
  readonly position: Position;
  /** What follows is added to these. */
  nodes: Node[];
  /** Of `#if`. */
  readonly branches?: Branch[];
}

class TemplateParser {
  readonly #scanner: Scanner;
  readonly #expressions: ExpressionParser;
  readonly #nodes: Node[] = [];
  readonly #open: OpenBlock[] = [];
  /** Text that is not a node yet. */
  #text = '';

  constructor(
    private readonly source: string,
    surroundings?: Surroundings,
  ) {
    this.#scanner = new Scanner(source, surroundings);
    this.#expressions = new ExpressionParser(this.#scanner, (text, position) =>
      this.#scanner.nested(() => parseWithin(text, { position, depth: this.#scanner.depth })),
    );
  }

  parse(): readonly Node[] {
    while (!this.#scanner.isAtEnd) this.#next();
    this.#endText();
    const [unclosed] = this.#open;
    if (unclosed) throw new SyntaxFault(unclosed.position, `#${unclosed.directive} has no #end`);
    return this.#nodes;
  }

  /** Text up to a dollar or number sign, and what this sign begins. */
  #next(): void {
    const [text = ''] = this.#scanner.take(/[^$#]*/y) ?? [];
    if (this.#scanner.isAtEnd) {
      this.#text += text;
      return;
    }
    let end = text.length;
    while (text[end - 1] === '\\') end -= 1;
    const backslashes = text.length - end;
    // two backslashes are one, and a single one makes the sign literal
    this.#text += text.slice(0, end + Math.floor(backslashes / 2));
    if (backslashes % 2 === 1) this.#sign();
    else if (this.source[this.#scanner.at] === '$') this.#dollar();
    else this.#hash();
  }

  /** A dollar or number sign that begins nothing. */
  #sign(): void {
    this.#text += this.source[this.#scanner.at] ?? '';
    this.#scanner.at += 1;
  }

  #dollar(): void {
    const start = this.#scanner.at;
    const position = this.#scanner.position();
    const [leader] = this.#scanner.take(REFERENCE) ?? [];
    if (leader === undefined) {
      this.#sign();
      return;
    }
    const reference = this.#expressions.reference(leader);
    this.#add({ kind: 'print', reference, text: this.source.slice(start, this.#scanner.at), position });
  }

  #hash(): void {
    const position = this.#scanner.position();
    if (this.#comment() || this.#directive(position) || this.#call(position)) this.#skipLineEnd();
    else if (!this.#raw()) this.#sign();
  }

  #comment(): boolean {
    if (this.#scanner.take(/##[^\n]*/y)) return true;
    return this.#scanner.takeBetween('#*', '*#') !== undefined;
  }

  #raw(): boolean {
    const text = this.#scanner.takeBetween('#[[', ']]#');
    this.#text += text ?? '';
    return text !== undefined;
  }

  #directive(position: Position): boolean {
    const [, braced, plain] = this.#scanner.take(DIRECTIVE) ?? [];
    const directive = braced ?? plain;
    switch (directive) {
      case undefined:
        return false;
      case 'else':
        this.#branch(directive, position);
        break;
      case 'end':
        this.#end(position);
        break;
      case 'break':
        this.#add({ kind: 'break' });
        break;
      default:
        this.#directiveWithArguments(directive, position);
    }
    return true;
  }

  #directiveWithArguments(directive: string, position: Position): void {
    this.#scanner.take(/[ \t]*/y);
    if (!this.#scanner.take(/\(/y)) this.#scanner.fail(`'(' after #${directive}`);
    switch (directive) {
      case 'set': {
        const [leader] = this.#scanner.expect(REFERENCE, 'a reference');
        const target = this.#expressions.reference(leader);
        this.#scanner.expect(/=/y, "'='");
        const value = this.#expressions.expression();
        this.#closeArguments();
        this.#add({ kind: 'set', target, value, position });
        break;
      }
      case 'if': {
        const condition = this.#expressions.expression();
        this.#closeArguments();
        this.#openIf(condition, position);
        break;
      }
      case 'elseif': {
        const condition = this.#expressions.expression();
        this.#closeArguments();
        this.#branch(directive, position, condition);
        break;
      }
      case 'foreach': {
        const name = this.#variable();
        this.#scanner.expect(/in\b/y, "'in'");
        const items = this.#expressions.value();
        this.#closeArguments();
        this.#openBlock(directive, position, (body) => ({ kind: 'foreach', name, items, body, position }));
        break;
      }
      case 'define': {
        const name = this.#variable();
        this.#closeArguments();
        this.#openBlock(directive, position, (body) => ({ kind: 'define', name, body }));
        break;
      }
      default: {
        const [name] = this.#scanner.expect(NAME, 'the name of the macro');
        const parameters: string[] = [];
        while (!this.#scanner.take(/\s*\)/y)) parameters.push(this.#variable());
        this.#openBlock(directive, position, (body) => ({ kind: 'macro', name, parameters, body }));
      }
    }
  }

  #variable(): string {
    const [, braced, plain = ''] = this.#scanner.expect(VARIABLE, 'a variable such as $item');
    return braced ?? plain;
  }

  #closeArguments(): void {
    this.#scanner.expect(/\)/y, "an operator or ')'");
  }

  #openBlock(directive: string, position: Position, node: (body: readonly Node[]) => Node): void {
    const nodes: Node[] = [];
    this.#add(node(nodes));
    this.#open.push({ directive, position, nodes });
  }

  #openIf(condition: Expression, position: Position): void {
    const nodes: Node[] = [];
    const branches: Branch[] = [{ condition, body: nodes, position }];
    this.#add({ kind: 'if', branches });
    this.#open.push({ directive: 'if', position, nodes, branches });
  }

  /** @param condition none for `#else` */
  #branch(directive: string, position: Position, condition?: Expression): void {
    this.#endText();
    const block = this.#open.at(-1);
    if (block?.branches === undefined) throw new SyntaxFault(position, `this #${directive} is in no #if`);
    if (block.branches.at(-1)?.condition === undefined) {
      throw new SyntaxFault(position, `this #${directive} comes after #else`);
    }
    block.nodes = [];
    block.branches.push({ condition, body: block.nodes, position });
  }

  #end(position: Position): void {
    this.#endText();
    if (this.#open.pop() === undefined) throw new SyntaxFault(position, 'this #end closes no block');
  }

  /** The call of a macro; its arguments are separated by commas or only by white space. */
  #call(position: Position): boolean {
    const start = this.#scanner.at;
    const [, name] = this.#scanner.take(CALL) ?? [];
    if (name === undefined) return false;
    if (name.startsWith('@')) {
      throw new SyntaxFault(
        position,
        `#${name} calls a macro with a body, which this gateway does not support`,
      );
    }
    const args: Expression[] = [];
    while (!this.#scanner.take(/\s*\)/y)) {
      if (args.length > 0) this.#scanner.take(/\s*,/y);
      args.push(this.#expressions.value());
    }
    this.#add({ kind: 'call', name, args, text: this.source.slice(start, this.#scanner.at), position });
    return true;
  }

  /** A directive at the end of a line, and a comment, take the line break with them. */
  #skipLineEnd(): void {
    this.#scanner.take(/[ \t]*\r?\n/y);
  }

  #add(node: Node): void {
    this.#endText();
    (this.#open.at(-1)?.nodes ?? this.#nodes).push(node);
  }

  #endText(): void {
    const text = this.#text;
    this.#text = '';
    if (text !== '') (this.#open.at(-1)?.nodes ?? this.#nodes).push({ kind: 'text', text });
  }
}

/** Parses text in double quotes, whose line and column are those of the string. */
function parseWithin(text: string, surroundings: Surroundings): readonly Node[] {
  try {
    return new TemplateParser(text, surroundings).parse();
  } catch (error) {
    // text in an inner pair of quotes is quoted already
    if (!(error instanceof SyntaxFault) || error.cause !== undefined) throw error;
    throw new SyntaxFault(error.position, `in "${shortened(text, 100)}": ${error.message}`, { cause: error });
  }
}

const NAMES = 'set|if|elseif|else|end|foreach|break|define|macro';
/** `#{else}no` is `#else` before a letter. */
const DIRECTIVE = new RegExp(`#(?:\\{(${NAMES})\\}|(${NAMES})(?![A-Za-z0-9_]))`, 'y');

/** Any other parenthesis is text. */
const CALL = /#(@?[A-Za-z_][\w-]*) *\(\s*(?=[-$'"[{\w()!])/y;

const VARIABLE = /\$(?:\{\s*([A-Za-z_][\w-]*)\s*\}|([A-Za-z_][\w-]*))/y;
