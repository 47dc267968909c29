import { TEMPLATE_LIMITS } from '../silent/vtl-choices.js';
import { type Position } from './template-error.js';

/** A syntax error and its position. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
  constructor(
    readonly position: Position,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** Text in double quotes, which is a template of its own, inside another one. */
export interface Surroundings {
  /** The position of everything inside. */
  readonly position: Position;
  /** How deep the text is nested. */
  readonly depth: number;
}

/**
 * Reads a template's text from its beginning to its end. It never steps back over what it has taken, so that parsing takes
 * linear time.
 */
export class Scanner {
  at = 0;

  /** Where each line begins. */
  readonly #lines: readonly number[];
  /** The index in `#lines` of the position that was asked for last. */
  #line = 0;
  #depth: number;
  /** Texts that do not occur in the rest of the template. */
  readonly #absent = new Set<string>();

  constructor(
    readonly source: string,
    private readonly surroundings?: Surroundings,
  ) {
    this.#depth = surroundings?.depth ?? 0;
    this.#lines = [0, ...source.matchAll(/\r\n?|\n/g).map((match) => match.index + match[0].length)];
  }

  get depth(): number {
    return this.#depth;
  }

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  /**
   * Takes what the pattern matches here.
   *
   * @param pattern with the flag `y`
   */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  /**
   * Takes what the pattern matches here, after white space.
   *
   * @param expected for the error
   * @throws {SyntaxFault} something else is here
   */
  expect(pattern: RegExp, expected: string): RegExpExecArray {
    this.skipSpace();
    return this.take(pattern) ?? this.fail(expected);
  }

  skipSpace(): void {
    this.take(/\s*/y);
  }

  /** The text between two marks, the first of which is here; nothing is taken if one of them is missing. */
  takeBetween(open: string, close: string): string | undefined {
    if (this.#absent.has(close) || !this.source.startsWith(open, this.at)) return undefined;
    const start = this.at + open.length;
    const end = this.source.indexOf(close, start);
    if (end === -1) {
      this.#absent.add(close);
      return undefined;
    }
    this.at = end + close.length;
    return this.source.slice(start, end);
  }

  /** @throws {SyntaxFault} nested too deeply */
  nested<T>(work: () => T): T {
    if (this.#depth >= TEMPLATE_LIMITS.nesting) {
      throw new SyntaxFault(
        this.position(),
        `values are nested more than ${TEMPLATE_LIMITS.nesting} levels deep`,
      );
    }
    this.#depth += 1;
    const result = work();
    this.#depth -= 1;
    return result;
  }

  /** The position of the next character. */
  position(): Position {
    if (this.surroundings) return this.surroundings.position;
    while ((this.#lines[this.#line + 1] ?? Infinity) <= this.at) this.#line += 1;
    return { line: this.#line + 1, column: this.at - (this.#lines[this.#line] ?? 0) + 1 };
  }

  /** @param expected what should be here */
  fail(expected: string): never {
    const [found] = /\w+|\S?/y.exec(this.source.slice(this.at, this.at + 20)) ?? [''];
    const what = this.isAtEnd ? 'the end' : `'${found || ' '}'`;
    throw new SyntaxFault(this.position(), `expected ${expected}; found ${what}`);
  }
}
