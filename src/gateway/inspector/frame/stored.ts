/**
 * A value that this browser keeps for the page, as JSON.
 *
 * @param isValid checks it, because another version of the page may have stored it
 * @returns `undefined` if there is none
 */
export function readStored<T>(key: string, isValid: (value: unknown) => value is T): T | undefined {
  const text = localStorage.getItem(PREFIX + key);
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const store = (key: string, value: unknown): void =>
  localStorage.setItem(PREFIX + key, JSON.stringify(value));

/** Whether a value is an object with these members, all of them texts. */
export const hasTexts = <N extends string>(
  value: unknown,
  names: readonly N[],
): value is Readonly<Record<N, string>> =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => name in value && typeof value[name as keyof typeof value] === 'string');

const PREFIX = 'inspector.';
