import { type JsonText } from '../../api/messages.js';

/** A member of an object or an element of an array, as it was sent. */
export interface JsonSlice {
  /** The name of the member, without its escapes; undefined for an element. */
  readonly name: string | undefined;
  /** Without the whitespace around it. */
  readonly text: JsonText;
  /** The number of arrays and objects around its innermost value: 0 for a number, 2 for `[{}]`. */
  readonly depth: number;
}

/**
 * The members of an object or the elements of an array, in the order of the text; a repeated name occurs again. Reads
 * the text once from left to right, without recursion.
 *
 * @param text of an object or an array that `JSON.parse` accepts: it is not checked here
 */
export function slicesOf(text: string): readonly JsonSlice[] {
  const slices: JsonSlice[] = [];
  const open = skipSpace(text, 0);
  const isObject = text.charCodeAt(open) === OPEN_OBJECT;
  let at = skipSpace(text, open + 1);
  while (!isClose(text.charCodeAt(at))) {
    let name: string | undefined;
    if (isObject) {
      const end = endOfString(text, at);
      name = nameIn(text, at, end);
      const colon = skipSpace(text, end);
      at = skipSpace(text, colon + 1);
    }
    const value = measure(text, at);
    slices.push({ name, text: text.slice(at, value.end) as JsonText, depth: value.depth });
    at = skipSpace(text, value.end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return slices;
}

/** @returns where the value that begins here ends, and its depth */
function measure(text: string, start: number): { readonly end: number; readonly depth: number } {
  let open = 0;
  let depth = 0;
  let at = start;
  do {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        open += 1;
        depth = Math.max(depth, open);
        at += 1;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        open -= 1;
        at += 1;
        break;
      default:
        // the characters of a number, of true, false and null, or between values
        at = open === 0 ? endOfLiteral(text, at) : at + 1;
    }
  } while (open > 0);
  return { end: at, depth };
}

/** @param start of the opening quote @returns the index after the closing quote */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    // after an odd number of backslashes, the quote is escaped
    if ((quote - before) % 2 === 1) return quote + 1;
  }
}

function endOfLiteral(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === COMMA || isClose(code) || isSpace(code)) break;
    at += 1;
  }
  return at;
}

/** The same names with and without escapes are the same: `"d\u0061ta"` is `data`. */
function nameIn(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end - 1);
  return name.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : name;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** RFC 8259, section 2, allows no other whitespace. */
const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const isClose = (code: number) => code === CLOSE_ARRAY || code === CLOSE_OBJECT;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
