import { exactNumber } from '../mapping/exact-json.js';
import { type Scanner } from './scanner.js';
import { type Expression, type Node, type Reference, type Step } from './syntax.js';
import { type Position } from './template-error.js';

/** A reference begins here. */
export const REFERENCE = /\$!?(?=[A-Za-z_{])/y;
export const NAME = /[A-Za-z_][\w-]*/y;

/** Parses references and the expressions of directives. */
export class ExpressionParser {
  /**
   * @param scanner shared with the parser of the template
   * @param parseText parses text in double quotes, which is a template of its own
   */
  constructor(
    private readonly scanner: Scanner,
    private readonly parseText: (text: string, position: Position) => readonly Node[],
  ) {}

  /**
   * An expression with operators.
   *
   * @throws {SyntaxFault}
   */
  expression(lowest = 0): Expression {
    let left = this.#operand();
    for (;;) {
      const operator = this.#operator(lowest);
      if (operator === undefined) return left;
      // all operators associate to the left
      left = {
        kind: 'operation',
        operator,
        operands: [left, this.expression((PRECEDENCE[operator] ?? 0) + 1)],
      };
    }
  }

  /**
   * A value without operators, of which `#foreach`, arguments, lists and maps consist.
   *
   * @throws {SyntaxFault}
   */
  value(): Expression {
    return this.#primary() ?? this.scanner.fail('a value');
  }

  /**
   * Arguments, separated by commas, up to and including the closing parenthesis.
   *
   * @throws {SyntaxFault}
   */
  arguments(): readonly Expression[] {
    return this.#items(/\)/y, "',' or ')'", () => {
      // a word without quotes is text
      const [word] = this.scanner.take(/(?!(?:true|false|null)\b)[A-Za-z_][\w-]*/y) ?? [];
      return word === undefined ? this.value() : { kind: 'literal', value: word };
    });
  }

  /**
   * A reference, after `REFERENCE`.
   *
   * @param leader what `REFERENCE` has matched
   * @throws {SyntaxFault}
   */
  reference(leader: string): Reference {
    const isBraced = this.scanner.take(/\{\s*/y) !== undefined;
    const [name] = this.scanner.take(NAME) ?? this.scanner.fail('a name');
    const path: Step[] = [];
    for (let step = this.#step(); step; step = this.#step()) path.push(step);
    if (isBraced) this.scanner.expect(/\}/y, `'}' after \${${name}`);
    return { name, path, isQuiet: leader === '$!' };
  }

  #step(): Step | undefined {
    const [, name] = this.scanner.take(/\.([A-Za-z_][\w-]*)/y) ?? [];
    if (name !== undefined) {
      // any other parenthesis is text
      if (!this.scanner.take(/\(\s*(?=[-$'"[{\w()!])/y)) return { kind: 'property', name };
      return { kind: 'method', name, args: this.scanner.nested(() => this.arguments()) };
    }
    // any other bracket is text
    if (!this.scanner.take(/\[\s*(?=[-$'"\d{[\]])/y)) return undefined;
    // `$name[]` has no value and is printed unmodified
    if (this.scanner.take(/\]/y)) return { kind: 'index', key: NOTHING };
    const key = this.scanner.nested(() => this.value());
    this.scanner.expect(/\]/y, "']' after the index");
    return { kind: 'index', key };
  }

  #operator(lowest: number): string | undefined {
    const start = this.scanner.at;
    this.scanner.skipSpace();
    const [text] = this.scanner.take(/\|\||&&|[=!<>]=|[-+*/%<>]|(?:or|and|eq|ne|lt|gt|le|ge)\b/y) ?? [];
    const operator = text && (OPERATOR_WORDS[text] ?? text);
    if (operator !== undefined && (PRECEDENCE[operator] ?? 0) >= lowest) return operator;
    this.scanner.at = start;
    return undefined;
  }

  #operand(): Expression {
    this.scanner.skipSpace();
    if (this.scanner.take(/!|not\b/y)) return this.#operation('not');
    if (this.scanner.take(/-\s*(?=\()/y)) return this.#operation('minus');
    if (!this.scanner.take(/\(/y)) return this.value();
    const inner = this.scanner.nested(() => this.expression());
    this.scanner.expect(/\)/y, "an operator or ')'");
    return inner;
  }

  #operation(operator: string): Expression {
    return { kind: 'operation', operator, operands: [this.scanner.nested(() => this.#operand())] };
  }

  #primary(): Expression | undefined {
    const { scanner } = this;
    scanner.skipSpace();
    const [leader] = scanner.take(REFERENCE) ?? [];
    if (leader !== undefined) return { kind: 'reference', reference: this.reference(leader) };
    const position = scanner.position();
    const string = this.#string();
    if (string) {
      // in single quotes a dollar sign is literal
      if (string.quote === "'" || !/[$#]/.test(string.text)) return { kind: 'literal', value: string.text };
      return { kind: 'interpolated', body: this.parseText(string.text, position) };
    }
    const number = this.#number();
    if (number) return number;
    const [word] = scanner.take(/(?:true|false|null)\b/y) ?? [];
    if (word !== undefined) return { kind: 'literal', value: word === 'null' ? null : word === 'true' };
    if (scanner.take(/\[/y)) return scanner.nested(() => this.#list());
    if (scanner.take(/\{/y)) return scanner.nested(() => this.#map());
    return undefined;
  }

  #number(): Expression | undefined {
    const [, sign = '', whole = '', fraction] = this.scanner.take(/(-?)\s*(\d+)(\.\d+)?/y) ?? [];
    if (whole === '') return undefined;
    if (fraction !== undefined) return { kind: 'literal', value: Number(`${sign}${whole}${fraction}`) };
    const digits = whole.replace(/^0+(?=\d)/, '');
    return { kind: 'literal', value: exactNumber(digits === '0' ? digits : `${sign}${digits}`) };
  }

  /** The longest string that can begin here, as in Velocity: `\"` is its end only if no other quote follows. */
  #string(): { readonly quote: string; readonly text: string } | undefined {
    const { scanner } = this;
    const [quote] = scanner.take(/["']/y) ?? [];
    if (quote === undefined) return undefined;
    let end = scanner.source.indexOf(quote, scanner.at);
    while (scanner.source[end - 1] === '\\') {
      const next = scanner.source.indexOf(quote, end + 1);
      if (next === -1) break;
      end = next;
    }
    if (end === -1) {
      scanner.at = scanner.source.length;
      scanner.fail(`${quote} at the end of the string`);
    }
    const text = scanner.source.slice(scanner.at, end).replaceAll(`\\${quote}`, quote);
    scanner.at = end + 1;
    return { quote, text };
  }

  #list(): Expression {
    const { scanner } = this;
    if (scanner.take(/\s*\]/y)) return { kind: 'list', items: [] };
    const first = this.value();
    if (scanner.take(/\s*\.\./y)) {
      const to = this.value();
      scanner.expect(/\]/y, "']' after the range");
      return { kind: 'range', from: first, to };
    }
    return { kind: 'list', items: this.#moreItems([first], /\]/y, "',' or ']'", () => this.value()) };
  }

  #map(): Expression {
    const entries = this.#items(/\}/y, "',' or '}'", () => {
      const key = this.#string() ?? this.scanner.fail('a key in quotes');
      this.scanner.expect(/:/y, "':' after the key");
      return [key.text, this.value()] as const;
    });
    return { kind: 'map', entries };
  }

  /** Items that are separated by commas, up to and including their end. */
  #items<T>(end: RegExp, expected: string, parseItem: () => T): readonly T[] {
    this.scanner.skipSpace();
    if (this.scanner.take(end)) return [];
    return this.#moreItems([parseItem()], end, expected, parseItem);
  }

  #moreItems<T>(items: T[], end: RegExp, expected: string, parseItem: () => T): readonly T[] {
    for (;;) {
      this.scanner.skipSpace();
      if (this.scanner.take(end)) return items;
      this.scanner.expect(/,/y, expected);
      this.scanner.skipSpace();
      items.push(parseItem());
    }
  }
}

const NOTHING: Expression = { kind: 'literal', value: null };

/** Velocity's. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  or: '||',
  and: '&&',
  eq: '==',
  ne: '!=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
};
