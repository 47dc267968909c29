import { type Body } from './gateway-event.js';
import { MASK } from './hide-secrets.js';
import { looksSecret } from './secret-names.js';

/**
 * Masks the values of JSON members whose names look secret. Not by parsing: the text may be cut.
 *
 * @param url of a request to the control plane, where the `value` of an API key is a secret
 */
export function maskMembers(body: Body, url = ''): Body {
  return { ...body, text: maskMembersOf(body.text, url) };
}

const maskMembersOf = (text: string, url: string): string =>
  text.replaceAll(STRING_OR_MEMBER, (whole, name: string, colon?: string, value?: string) => {
    if (value === undefined) return whole;
    const isList = value.startsWith('[');
    if (isSecretMember(name, value, url)) return `"${name}"${colon}${isList ? `["${MASK}"]` : `"${MASK}"`}`;
    // it may have objects, but no lists
    return isList ? `"${name}"${colon}${maskMembersOf(value, url)}` : whole;
  });

/** The values of these members. */
export const secretsOfMembers = ({ text }: { readonly text: string }, url = ''): readonly string[] =>
  [...text.matchAll(STRING_OR_MEMBER)].flatMap(([, name = '', , value]) => {
    if (value === undefined) return [];
    if (isSecretMember(name, value, url))
      return (value.match(STRING_OR_NUMBER) ?? []).map(unquoted).flatMap(literals);
    return value.startsWith('[') ? secretsOfMembers({ text: value }, url) : [];
  });

/** Of a parameter's literal also what is between its quotes. */
const literals = (secret: string) =>
  secret.startsWith("'") ? [secret, secret.replace(/^'(.*)'$/s, '$1')] : [secret];

const isSecretMember = (name: string, value: string, url: string) =>
  url !== '' && isMapping(name, value)
    ? false
    : looksSecret(name) || (name === 'value' && url.startsWith('/apikeys'));

/** A mapping of a variable, whose destination may be called `Token`: only a text would be secret. */
const isMapping = (name: string, value: string): boolean =>
  HTTP_DESTINATION.test(name) ? HTTP_SOURCE.test(value) : DESTINATION.test(name) && SOURCE.test(value);

const HTTP_DESTINATION = /^(?:append|overwrite):(?:header|querystring)\./;
const HTTP_SOURCE = /^"\$(?:request|response|context|stageVariables)\.[^\s"\\]+"$/;
const DESTINATION = /^(?:integration\.request|route\.response)\.(?:header|querystring)\./;
const SOURCE = /^"(?:(?:route\.request|integration\.response)\.|context\.|stageVariables\.)[^\s"\\]+"$/;

const STRING_OR_NUMBER = /"(?:[^"\\]|\\(?:.|$))*(?:"|$)|-?\d[\d.eE+-]*/gs;

/** The text of a string, or of a number. */
function unquoted(item: string): string {
  if (!item.startsWith('"')) return item;
  try {
    return String(JSON.parse(item));
  } catch {
    return item.replace(/^"|"$/g, '');
  }
}

/**
 * A string, with the value that follows it if it is the name of a member whose value is a string, a number or a list
 * without inner lists. Any of them may be cut off. Each alternative that could fail at the end of the text matches there instead, so that
 * nothing is read twice.
 */
const STRING_OR_MEMBER =
  /"((?:[^"\\]|\\(?:.|$))*)(?:$|"(?:(\s*:\s*)("(?:[^"\\]|\\(?:.|$))*(?:"|$)|\[[^[\]]*(?:\]|$)|-?\d[\d.eE+-]*)?)?)/gs;
