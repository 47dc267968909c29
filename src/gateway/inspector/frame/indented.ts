/** JSON with a line for each member. A text with numbers that JavaScript cannot hold stays as it is: they would change. */
export function indented(text: string): string {
  if (/\d{16}|\d[eE]|\.\d{15}/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
