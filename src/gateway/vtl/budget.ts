/**
 * How much one rendering may make: a template that doubles a text in a loop, or prints a map that holds another twice and
 * so on, must not end the gateway. Only the first number is AWS's.
 */
export const TEMPLATE_LIMITS = {
  /** `#foreach`, as documented for REST APIs. AWS does not say what happens then; here it is an error. */
  iterations: 1000,
  /** Of all loops of one rendering together. */
  allIterations: 100_000,
  /** Of any text that a template makes: eight times the largest message, so that one may be escaped or encoded. */
  characters: 1024 * 1024,
  /** Of a list that a template makes. */
  items: 100_000,
  /** Macros and definitions in each other; Velocity's `velocimacro.max.depth`. */
  depth: 20,
} as const;

/** What is left of `characters`. */
export class Budget {
  #left: number = TEMPLATE_LIMITS.characters;

  /** @throws {Error} when there is not so much left */
  spend(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) fail();
  }
}

/** @throws {Error} the text is longer than any may be */
export function checkedText(text: string): string {
  return text.length <= TEMPLATE_LIMITS.characters ? text : fail();
}

function fail(): never {
  throw new Error(`a text of more than ${TEMPLATE_LIMITS.characters} characters`);
}
