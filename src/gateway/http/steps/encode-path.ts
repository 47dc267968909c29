/**
 * A decoded path for the request line (H4.06): characters that no path may contain are encoded, all others are sent as
 * they are. An encoded slash was decoded before the route was selected, so it stays a slash.
 */
export const encodePath = (path: string): string =>
  PLAIN.test(path) ? path : encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F');

const PLAIN = /^[\w/.~!$&'()*+,;=:@-]*$/;
