/** Whether the name of a header, a parameter or a variable says that its value is secret. */
export function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name);
}

/** The same for a query parameter: an authorization code, or a key of an API. */
export const looksSecretInQuery = (name: string) => looksSecret(name) || /^(?:code|key)$/i.test(name);

const SECRET_NAME =
  /token|secret|passw|pwd$|authorization$|cookie|api[-_]?key|identifierkey|credential|signature|jwt|session[-_]?id|(?:^|[-_])auth$|access[-_]?key|[cx]srf/i;
const NO_SECRET_NAME = /^identity$|key[-_]?(?:id|ids|required|source|selectionexpression)$/i;
