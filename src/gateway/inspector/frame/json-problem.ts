export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Where a text stops being JSON. @returns `undefined` if it is JSON */
export function jsonProblem(text: string): JsonProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const { message } = error as SyntaxError;
    return { ...placeOf(message, text), message: sentence(message) };
  }
}

/** Engines name the place as line and column, or as an offset; V8 names none at the end of the text. */
function placeOf(message: string, text: string): { readonly line: number; readonly column: number } {
  const [, line, column] = message.match(/line (\d+),? column (\d+)/) ?? [];
  if (line !== undefined && column !== undefined) return { line: Number(line), column: Number(column) };
  const [, position] = message.match(/position (\d+)/) ?? [];
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Without the place, which is shown separately, and without the text that V8 repeats. */
const sentence = (message: string) =>
  message
    .replace(/^JSON\.parse: /, '')
    .replace(/,? (?:\.\.\.)?"[^]*" is not valid JSON$/, '')
    .replace(/ (?:in JSON )?at (?:position|line) [^]*$/, '');
