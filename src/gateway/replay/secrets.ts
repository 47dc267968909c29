import { type HeaderList } from '../recorder/gateway-event.js';

const MASK = '***';

/** Secrets that a session has masked, by the names of their headers and query parameters in lower case. */
export type Secrets = ReadonlyMap<string, string>;

interface Masked {
  readonly url: string;
  readonly headers: HeaderList;
}

/** The names for which a secret is needed. */
export const maskedNames = ({ url, headers }: Masked): readonly string[] => [
  ...parametersOf(url).flatMap(([name, value]) => (value.includes(MASK) ? [name] : [])),
  ...headers.flatMap(([name, value]) => (value.includes(MASK) ? [name] : [])),
];

/** Puts the secrets in. */
export function revealed({ url, headers }: Masked, secrets: Secrets): Masked {
  const fill = (name: string, value: string, encode: (text: string) => string) =>
    value.replaceAll(MASK, () => encode(secrets.get(name.toLowerCase()) ?? MASK));
  const [path = '', ...query] = url.split('?');
  const parameters = parametersOf(url).map(([name, value, text]) =>
    value.includes(MASK) ? text.replace(value, () => fill(name, value, encodeURIComponent)) : text,
  );
  return {
    url: query.length === 0 ? path : `${path}?${parameters.join('&')}`,
    headers: headers.map(([name, value]) => [name, fill(name, value, (text) => text)] as const),
  };
}

/** Name, value, and both as they are written. */
function parametersOf(url: string): readonly (readonly [name: string, value: string, text: string])[] {
  const at = url.indexOf('?');
  if (at < 0) return [];
  return url
    .slice(at + 1)
    .split('&')
    .map((text) => {
      const [name = '', ...value] = text.split('=');
      return [decoded(name), value.join('='), text] as const;
    });
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
