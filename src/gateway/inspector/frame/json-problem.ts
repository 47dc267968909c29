export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  /** What is expected there. */
  readonly expected: string;
}

/**
 * The place of the first error in a text that is no JSON. Chromium's `JSON.parse` names no place for short texts.
 *
 * @returns `undefined` if it is JSON
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function jsonProblem(text: string): JsonProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const { at, expected } = new Scanner(text).firstProblem();
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, expected };
  }
}

interface Place {
  readonly at: number;
  readonly expected: string;
}

/** Reads JSON up to its first mistake. It has no result, because `JSON.parse` has. */
class Scanner {
  #at = 0;
  #problem: Place | undefined;

  constructor(private readonly text: string) {}

  firstProblem(): Place {
    this.#value();
    this.#take(END, 'the end');
    return this.#problem ?? { at: this.#at, expected: 'JSON' };
  }

  #value(): void {
    this.#take(SPACE);
    const next = this.text[this.#at];
    if (next === '{') this.#list('}', () => this.#member());
    else if (next === '[') this.#list(']', () => this.#value());
    else if (next === '"') this.#take(STRING, 'a text on one line that ends with "');
    else this.#take(SCALAR, 'a value');
    this.#take(SPACE);
  }

  #member(): void {
    this.#take(SPACE);
    this.#take(STRING, 'a name in double quotes');
    this.#take(SPACE);
    this.#take(/:/y, 'a colon');
    if (this.#problem === undefined) this.#value();
  }

  /** From the opening bracket to the closing one. */
  #list(end: '}' | ']', item: () => void): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      if (this.#problem !== undefined || this.text[this.#at] !== ',') break;
      this.#at += 1;
    }
    this.#take(end === '}' ? /\}/y : /\]/y, `a comma or ${end}`);
  }

  #take(pattern: RegExp, expected?: string): void {
    if (this.#problem !== undefined) return;
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found !== undefined) this.#at += found.length;
    else if (expected !== undefined) this.#problem = { at: this.#at, expected };
  }
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const END = /$/y;
