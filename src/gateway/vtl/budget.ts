import { TEMPLATE_LIMITS } from '../silent/vtl-choices.js';
import { CHARACTERS_PER_STEP, takeSteps } from './work.js';

/** The characters that one text may still grow by, so that a map that contains another twice, and so on, ends early. */
export class Budget {
  #left: number = TEMPLATE_LIMITS.characters;

  /** @throws {Error} fewer characters are left */
  spend(characters: number): void {
    takeSteps(1 + characters / CHARACTERS_PER_STEP);
    this.#left -= characters;
    if (this.#left < 0) fail();
  }
}

/** @throws {Error} the text is longer than `TEMPLATE_LIMITS.characters` */
export function checkedText(text: string): string {
  return text.length <= TEMPLATE_LIMITS.characters ? text : fail();
}

function fail(): never {
  throw new Error(`a text of more than ${TEMPLATE_LIMITS.characters} characters`);
}
