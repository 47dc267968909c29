/** A parameter of a query string, decoded: `+` is a space, and a name without `=` has an empty value (H6.11). */
export type QueryParameter = readonly [name: string, value: string];

/** @param queryString encoded, without `?` */
export function queryParameters(queryString: string): readonly QueryParameter[] {
  if (queryString === '') return [];
  return queryString
    .split('&')
    .filter((item) => item !== '')
    .map((item) => {
      const end = item.indexOf('=');
      return end < 0 ? [decode(item), ''] : [decode(item.slice(0, end)), decode(item.slice(end + 1))];
    });
}

/** The encoded query string without the parameters of these names. */
export const withoutParameters = (queryString: string, names: ReadonlySet<string>): string =>
  queryString
    .split('&')
    .filter((item) => !names.has(decode(item.split('=', 1)[0] ?? '')))
    .join('&');

/** Text that is not valid percent-encoding of UTF-8 is decoded as far as it is. */
function decode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return new URLSearchParams(`a=${text}`).get('a') ?? '';
  }
}
