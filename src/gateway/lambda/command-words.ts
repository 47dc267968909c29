/** A command with its arguments and the variables before it. */
export interface Command {
  /** At least the program. */
  readonly words: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Splits a command as a shell does, but without a shell: words are separated by spaces, quotes and backslashes keep
 * spaces, and `NAME=VALUE` at the beginning are environment variables. Nothing is expanded.
 *
 * @returns `undefined` if a quote is not closed, or there is no program
 */
export function parseCommand(text: string): Command | undefined {
  const words = wordsOf(text);
  if (words === undefined) return undefined;
  const program = words.findIndex((word) => !VARIABLE.test(word));
  if (program === -1) return undefined;
  const variables = words.slice(0, program).map((word) => {
    const equals = word.indexOf('=');
    return [word.slice(0, equals), word.slice(equals + 1)] as const;
  });
  return { words: words.slice(program), variables: Object.fromEntries(variables) };
}

const VARIABLE = /^[A-Za-z_]\w*=/;

function wordsOf(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let [word, quote, isWord]: [string, string, boolean] = ['', '', false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === '\\' && quote !== "'" && /[\s"'\\]/.test(next)) {
      word += next;
      isWord = true;
      at += 1;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      isWord = true;
    } else if (/\s/.test(character)) {
      if (isWord) words.push(word);
      [word, isWord] = ['', false];
    } else {
      word += character;
      isWord = true;
    }
  }
  if (isWord) words.push(word);
  return quote === '' ? words : undefined;
}

/** The command as one text again. */
export const writtenCommand = ({ words, variables }: Command): string =>
  [
    ...Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`),
    ...words.map(quoted),
  ].join(' ');

const quoted = (word: string) =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
