/** The value of an option, and the text of the setting that it stands for. */
export interface OptionKind {
  /** The type of the value, in Markdown. */
  readonly form: string;
  /** What the value has to be, after `expected`. */
  readonly expected: string;
  /** @returns undefined for a value of another type */
  toText(value: unknown): string | undefined;
  /** @param text of a setting without any problem */
  fromText(text: string): unknown;
}

export const TEXT: OptionKind = {
  form: 'string',
  expected: 'a string that is not empty',
  toText: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  fromText: (text) => text,
};

export const NUMBER: OptionKind = {
  form: 'number',
  expected: 'a number',
  toText: (value) => (typeof value === 'number' ? String(value) : undefined),
  fromText: Number,
};

export const FLAG: OptionKind = {
  form: 'boolean',
  expected: 'true or false',
  toText: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  fromText: (text) => text === 'true',
};

/** In the text, the items are separated by commas. */
export const LIST: OptionKind = {
  form: 'list of strings',
  expected: 'a list of strings, none of them empty or with a comma',
  toText: (value) => (isListOf(value, isItem) && value.length > 0 ? value.join(',') : undefined),
  fromText: (text) => text.split(',').map((item) => item.trim()),
};

/** A list that may be empty, for which the text is `-`. */
export const PREFIXES: OptionKind = {
  form: 'list of prefixes',
  expected: "a list of prefixes of channel names, ['*'] for every channel, or [] for none",
  toText: (value) => (isListOf(value, isItem) ? value.join(',') || '-' : undefined),
  fromText: (text) => (text === '-' ? [] : text.split(',')),
};

/** Keys with names, as `name:key`. */
export const KEYS: OptionKind = {
  form: 'list of `{ name, key }`',
  expected: 'a list of { name, key }',
  toText: (value) =>
    isListOf(value, isNamedKey) && value.length > 0
      ? value.map(({ name, key }) => `${name}:${key}`).join(',')
      : undefined,
  fromText: (text) =>
    text.split(',').map((part) => {
      const [name, key] = part.trim().split(':');
      return { name, key };
    }),
};

/** Headers by name. In the text, as `name=value`, each value percent-encoded. */
export const HEADERS: OptionKind = {
  form: '`{ name: value }`',
  expected: 'an object of strings by header name',
  toText: (value) =>
    isTexts(value)
      ? Object.entries(value)
          .map(([name, text]) => `${name}=${encodeURIComponent(text)}`)
          .join(',')
      : undefined,
  fromText: (text) =>
    Object.fromEntries(
      text.split(',').map((part) => {
        const equals = part.indexOf('=');
        return [part.slice(0, equals).trim(), decodeURIComponent(part.slice(equals + 1).trim())];
      }),
    ),
};

interface NamedKey {
  readonly name: string;
  readonly key: string;
}

function isListOf<T>(value: unknown, isOne: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

const isItem = (item: unknown): item is string =>
  typeof item === 'string' && item.trim() !== '' && !item.includes(',');

function isNamedKey(item: unknown): item is NamedKey {
  const { name, key } = (item ?? {}) as Partial<Record<keyof NamedKey, unknown>>;
  return [name, key].every((part) => typeof part === 'string' && !/[:,]/.test(part));
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length > 0 && entries.every(([name, text]) => /^[^=,\s]+$/.test(name) && typeof text === 'string')
  );
}
