/**
 * Choices about mapping templates, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is silent",
 * lists them.
 *
 * The rules of Velocity 1.7 are chosen in vtl/evaluate.ts and vtl/values.ts: AWS names no version.
 */

/** `$input` without a body: reported for REST APIs with a GET. */
export const EMPTY_INPUT_BODY = '{}';

/** The value of which `$input.json` returns the JSON when the path has none: reported for REST APIs. */
export const MISSING_INPUT_VALUE = '';

/** The value of `$input.params('NAME')` when the parameter does not exist. */
export const MISSING_INPUT_PARAMETER = '';

/**
 * A `$context` variable that AWS documents and the event does not have, as in REST APIs. Any other name is printed as
 * it is written, so that a typo shows.
 */
export const EMPTY_CONTEXT_VALUE = '';

/**
 * Limits of one rendering: a template that doubles a text in a loop must not exhaust the gateway. Beyond a limit the
 * rendering fails; AWS may truncate instead. Only the first number is AWS's.
 */
export const TEMPLATE_LIMITS = {
  /** Items of one `#foreach`; documented for REST APIs. */
  iterations: 1000,
  /** Iterations of all loops together. */
  allIterations: 100_000,
  /** Characters of any text: eight times the largest message, so that one may be escaped or encoded. */
  characters: 1024 * 1024,
  /** Items of a list. */
  items: 100_000,
  /** Nested macros and definitions; Velocity's `velocimacro.max.depth`. */
  depth: 20,
  /** Nested parentheses, arguments, lists, maps and texts with references in an expression. */
  nesting: 200,
} as const;
