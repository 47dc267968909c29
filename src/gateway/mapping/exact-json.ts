/** A number that JavaScript would write differently, such as `1234567890123456789`, `1.0` or `1e400`. */
export class ExactNumber {
  readonly #text: string;

  /** @param text a number in JSON's syntax */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** `JSON.stringify` writes the text. */
  toJSON(): unknown {
    return rawJson(this.#text);
  }
}

/** @param text a number in JSON's syntax */
export function exactNumber(text: string): number | ExactNumber {
  const value = Number(text);
  return String(value) === text ? value : new ExactNumber(text);
}

/**
 * `JSON.parse`, with an `ExactNumber` for each number that JavaScript would write differently, so that a client's numbers
 * reach the backend unchanged.
 *
 * @throws {SyntaxError} the text is not JSON
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return MAY_BE_INEXACT.test(text) ? new Reader(text).read() : value;
}

/** A fraction, an exponent, 16 digits, or -0: any other number is the same again. */
const MAY_BE_INEXACT = /\d[.eE]|\d{16}|-0/;

const NUMBER = /[-+.\deE]+/y;

type Container = unknown[] | Record<string, unknown>;

/** Reads a text that is JSON; with a stack of its own, because the text may be nested deeply. */
class Reader {
  #at = 0;
  #root: unknown;
  readonly #open: { readonly container: Container; key: string | undefined }[] = [];

  constructor(private readonly text: string) {}

  read(): unknown {
    for (; this.#at < this.text.length; this.#at += 1) {
      switch (this.text[this.#at]) {
        case '{':
          this.#enter({});
          break;
        case '[':
          this.#enter([]);
          break;
        case '}':
        case ']':
          this.#open.pop();
          break;
        case '"':
          this.#string();
          break;
        case 't':
          this.#scalar(true, 4);
          break;
        case 'f':
          this.#scalar(false, 5);
          break;
        case 'n':
          this.#scalar(null, 4);
          break;
        case ',':
        case ':':
        case ' ':
        case '\t':
        case '\n':
        case '\r':
          break;
        default:
          this.#number();
      }
    }
    return this.#root;
  }

  #enter(container: Container): void {
    this.#add(container);
    this.#open.push({ container, key: undefined });
  }

  #scalar(value: unknown, length: number): void {
    this.#add(value);
    this.#at += length - 1;
  }

  #number(): void {
    NUMBER.lastIndex = this.#at;
    const [text = ''] = NUMBER.exec(this.text) ?? [];
    this.#scalar(exactNumber(text), text.length);
  }

  #string(): void {
    let end = this.text.indexOf('"', this.#at + 1);
    while (this.#isEscaped(end)) end = this.text.indexOf('"', end + 1);
    const value = JSON.parse(this.text.slice(this.#at, end + 1)) as string;
    this.#at = end;
    const parent = this.#open.at(-1);
    if (parent === undefined || Array.isArray(parent.container) || parent.key !== undefined) this.#add(value);
    else parent.key = value;
  }

  #isEscaped(at: number): boolean {
    let start = at;
    while (this.text[start - 1] === '\\') start -= 1;
    return (at - start) % 2 === 1;
  }

  #add(value: unknown): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = value;
    else if (Array.isArray(parent.container)) parent.container.push(value);
    else {
      // also if the key is `__proto__`
      Object.defineProperty(parent.container, parent.key ?? '', {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
      parent.key = undefined;
    }
  }
}

/** TypeScript does not know it yet. */
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
