import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code in a section of a document of this repository. */
export class DocumentCode {
  readonly #text: string;

  /** @param heading of the section, without `#`; it ends before the next heading */
  constructor(file: string, heading: string) {
    const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    const section = text.split(/^#+ /m).find((each) => each.startsWith(`${heading}\n`));
    if (section === undefined) throw new Error(`${file} has no section '${heading}'`);
    this.#text = section;
  }

  /** The blocks of shell commands: lines indented by four spaces. */
  get commands(): readonly string[] {
    const outsideFences = this.#text.replaceAll(/^```.*?^```$/gms, '');
    return [...outsideFences.matchAll(/(?:^ {4}.*\n)+/gm)].map(([block]) => block.replaceAll(/^ {4}/gm, ''));
  }

  /** The fenced blocks in a language. */
  fenced(language: string): readonly string[] {
    return [...this.#text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, code]) =>
      name === language && code !== undefined ? [code] : [],
    );
  }
}
