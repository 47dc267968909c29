export const MASK = '***';

/** Shorter texts may be part of any word. */
export const PART_LENGTH = 8;

/**
 * Masks these texts wherever they occur, also URL-encoded and within JSON. A short one is masked only where it is a whole
 * string. Where several match, all that any of them covers is masked. The time does not grow with the number of secrets.
 */
export function secretsHider(secrets: Iterable<string>): (text: string) => string {
  const all = new Set(secrets);
  all.delete('');
  const long = formsOf(all, (secret) => secret.length >= PART_LENGTH, PART_LENGTH);
  const short = formsOf(all, (secret) => secret.length < PART_LENGTH, 1);
  const fingerprints = fingerprintsOf(long.keys());
  return (text) => {
    if (all.has(text)) return MASK;
    let result = '';
    let end = 0;
    for (let at = 0; at < text.length; at += 1) {
      const length =
        (fingerprints[fingerprint(text, at)] === 1 && longAt(text, at, long)) || shortAt(text, at, short);
      if (length === 0 || at + length <= end) continue;
      if (at >= end) result += text.slice(end, at) + MASK;
      end = at + length;
    }
    return result + text.slice(end);
  };
}

/** By their first characters; the longest first. */
type Forms = ReadonlyMap<string, readonly string[]>;

function formsOf(secrets: Iterable<string>, isPart: (secret: string) => boolean, keyLength: number): Forms {
  const forms = new Set([...secrets].filter(isPart).flatMap(encoded));
  return Map.groupBy(
    [...forms].toSorted((a, b) => b.length - a.length),
    (form) => form.slice(0, keyLength),
  );
}

const encoded = (secret: string): readonly string[] =>
  /^[\w.~-]*$/.test(secret)
    ? [secret]
    : [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)];

/** Which fingerprints the starts of the forms have. Most places of a text have another one, and need no look into the map. */
function fingerprintsOf(starts: Iterable<string>): Uint8Array {
  const fingerprints = new Uint8Array(2 ** 16);
  for (const start of starts) fingerprints[fingerprint(start, 0)] = 1;
  return fingerprints;
}

/** Of the four characters there. */
const fingerprint = (text: string, at: number) =>
  (text.charCodeAt(at) * 4_099 +
    text.charCodeAt(at + 1) * 257 +
    text.charCodeAt(at + 2) * 17 +
    text.charCodeAt(at + 3)) &
  0xffff;

/** @returns the length of the form that begins there; 0 if none does */
function longAt(text: string, at: number, forms: Forms): number {
  const found = forms.get(text.slice(at, at + PART_LENGTH))?.find((form) => text.startsWith(form, at));
  return found?.length ?? 0;
}

/** The same for a form between quotes. */
function shortAt(text: string, at: number, forms: Forms): number {
  const quote = text[at - 1];
  if (forms.size === 0 || (quote !== '"' && quote !== "'")) return 0;
  const found = forms.get(text[at] ?? '')?.find((form) => text.startsWith(form + quote, at));
  return found?.length ?? 0;
}
