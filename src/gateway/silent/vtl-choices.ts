import { type ChoiceTable, count } from './choice-table.js';

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
  /** Steps of one rendering (`vtl/work.ts`), about half a second. */
  steps: 3_000_000,
  /** Characters of any text: eight times the largest message, so that one may be escaped or encoded. */
  characters: 1024 * 1024,
  /** Items of a list. */
  items: 100_000,
  /** Nested macros and definitions; Velocity's `velocimacro.max.depth`. */
  depth: 20,
  /** Nested parentheses, arguments, lists, maps and texts with references in an expression. */
  nesting: 200,
} as const;

/** Choices about mapping templates, where AWS is silent or contradicts itself. */
export const TEMPLATE_CHOICES: ChoiceTable = {
  title: 'Mapping templates',
  rows: [
    {
      question: 'a mapping template that calculates',
      choice: 'exactly with whole numbers of up to 4,096 bits, otherwise with doubles',
      because: "Java's rules, without its overflow",
      where: 'vtl/numbers.ts',
    },
    {
      question:
        "`$input.body`, `$input.json('$')` without a body; `$input.json`, `$input.path` of a value that does not exist",
      choice: '`{}`; `""`, nothing',
      because: 'as reported for REST APIs',
    },
    {
      question: "`$input.params('x')` that does not exist",
      choice: 'the empty text; header names are case-sensitive',
    },
    {
      question: 'a documented `$context` variable without a value; an unknown one',
      choice: 'the empty text; printed unmodified',
      because: 'so that a typing error is visible',
    },
    {
      question: '`$context.requestTimeEpoch` and `$context.connectedAt`',
      choice: 'a number for operators and comparisons, a text for the methods of texts',
      because: 'public templates use them in both ways',
      where: 'vtl/text-number.ts',
    },
    {
      question: 'an object, printed',
      choice: '`{a=1, b=[{"c":5}]}`',
      because: "Java's form",
      where: 'vtl/values.ts',
    },
    {
      question: '`#if`, `==`, `/`, `#set` of nothing',
      choice: "Velocity 1.7's rules",
      because: 'AWS names no version',
      where: 'vtl/evaluate.ts',
    },
    {
      question: `\`#foreach\` over more than ${count(TEMPLATE_LIMITS.iterations)}; a text over ${count(TEMPLATE_LIMITS.characters)} characters; a list over ${count(TEMPLATE_LIMITS.items)}; values nested more than ${TEMPLATE_LIMITS.nesting} deep in an expression; a rendering of more than ${count(TEMPLATE_LIMITS.steps)} steps, about half a second`,
      choice: 'an error',
      because: 'AWS may truncate without an error',
    },
  ],
};
