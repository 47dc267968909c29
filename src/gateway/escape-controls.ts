/**
 * Replaces the control characters that JSON permits, U+007F to U+009F, by visible text such as `\u009b`. Clients can send
 * them in headers and paths, and some terminals take them as the start of an escape sequence. The backslash is part of
 * the text, so that it stays visible in a program that decodes the JSON and prints it.
 *
 * @param json one or more JSON values, where these characters occur only within strings
 */
export const escapeControls = (json: string): string =>
  json.replaceAll(/[\u007F-\u009F]/g, (control) => `\\\\u00${control.charCodeAt(0).toString(16)}`);
