/**
 * What the gateway does where AWS's documents and recordings are silent or contradict themselves. Each file of this
 * folder has the choices of one topic and a table that explains them; `npm run docs:silent` writes the tables into
 * PROTOCOL.md, "Where AWS is silent". All texts are Markdown.
 */
export interface ChoiceTable {
  readonly title: string;
  readonly rows: readonly Choice[];
}

/** One row. Semicolons separate several cases, in the same order in both texts. */
interface Choice {
  readonly question: string;
  /** What the gateway does. */
  readonly choice: string;
  readonly because?: string;
  /** The file below `src/gateway` where it is made; absent if it is made in the file of the row. */
  readonly where?: string;
}

/** A number with its thousands separated: `1,000`. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** @param bytes a whole number of binary megabytes */
export const megabytes = (bytes: number): string => `${bytes / 1024 ** 2} MB`;
