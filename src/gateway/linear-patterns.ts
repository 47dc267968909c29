import { setFlagsFromString } from 'node:v8';

/**
 * Import this before the regular expressions of integration responses and mapping templates are used. A client or a
 * backend chooses the text that they are applied to, and `(a+)+$` takes exponential time by backtracking. After many
 * steps back V8 then continues with its engine that takes linear time. That engine has no back-references, no counts over
 * 16 (`a{1,64}`) and not the flags `i` and `u`; patterns with these remain as slow as they are on AWS.
 */
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
// by default 50,000, each of which may follow a scan of the text: `(.*)(.*)b` took 2 s for 650 KB, and takes 0.06 s
setFlagsFromString('--regexp-backtracks-before-fallback=1000');

/** A pattern of a JSON schema: a regular expression with the flag `u`, in linear time where V8 can do without the flag. */
export class SchemaPattern {
  readonly #exact: RegExp;
  /** Without the flag `u`. */
  readonly #linear: RegExp | undefined;

  /** @throws {SyntaxError} */
  constructor(source: string) {
    this.#exact = new RegExp(source, 'u');
    this.#linear = NEEDS_CODE_POINTS.test(source) ? undefined : new RegExp(source);
  }

  test(text: string): boolean {
    if (this.#linear === undefined) return this.#exact.test(text);
    // one unit for each character; no class that the pattern writes out contains this one
    return this.#linear.test(text.replaceAll(/[\ud800-\udbff][\udc00-\udfff]/g, '\udfff'));
  }

  /** Differs for different patterns, because ajv uses it as a key. */
  toString(): string {
    return String(this.#exact);
  }
}

/** A Unicode class, a back-reference, or a character from the surrogates on. */
const NEEDS_CODE_POINTS = /\\[pk1-9]|\\u(?:\{|d[89a-f]|[ef])|[\ud800-\uffff]/i;

/** How ajv makes its patterns; the code would be needed to write a validator to a file. */
export const schemaPattern = Object.assign((source: string) => new SchemaPattern(source), { code: '' });
