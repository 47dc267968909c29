import { isIP } from 'node:net';
import { type UrlIntegration } from '../../control/http-snapshot.js';
import { MappingError } from '../../mapping/mapping-errors.js';
import { requireStageVariables } from '../../mapping/stage-variables.js';
import { encodePath } from './encode-path.js';

/** The URI of an integration for one stage, ready to be filled with path variables. */
export interface UrlTemplate {
  /** `https://host[:port]` */
  readonly origin: string;
  /** The `Host` header. */
  readonly host: string;
  /** The name to verify with TLS; `undefined` for an IP address, which SNI cannot have (RFC 6066, 3). */
  readonly serverName: string | undefined;
  readonly path: Template;
  /** Without `?`. */
  readonly query: Template;
}

/** Text and the names of path variables, alternating: the first is text. */
type Template = readonly string[];

/**
 * Parses the URI once for each stage: `new URL` for each request would cost as much as all other steps.
 *
 * @throws {MappingError} with the stage's variables it is not a URL, or the stage lacks one (H11.07)
 */
export function urlTemplate(
  integration: UrlIntegration,
  stageVariables: Readonly<Record<string, string>>,
): UrlTemplate {
  let ofIntegration = TEMPLATES.get(integration);
  if (ofIntegration === undefined) TEMPLATES.set(integration, (ofIntegration = new WeakMap()));
  let template = ofIntegration.get(stageVariables);
  if (template === undefined) {
    template = parseUrl(requireStageVariables(integration.uri, stageVariables));
    ofIntegration.set(stageVariables, template);
  }
  return template;
}

const TEMPLATES = new WeakMap<UrlIntegration, WeakMap<object, UrlTemplate>>();

/** @param parameters decoded */
export function fillTemplate(template: Template, parameters: ReadonlyMap<string, string>): string {
  let text = template[0] ?? '';
  for (let index = 1; index < template.length; index += 2) {
    const name = template[index] ?? '';
    const value = parameters.get(name);
    // a placeholder that the route does not have is sent as it is written
    text += (value === undefined ? `{${name}}` : encodePath(value)) + (template[index + 1] ?? '');
  }
  return text;
}

function parseUrl(uri: string): UrlTemplate {
  const [, origin = '', path = '', query = ''] = uri.match(URI) ?? [];
  if (!URL.canParse(origin)) throw new MappingError(`'${uri}' is not a URL`);
  const url = new URL(origin);
  return {
    origin: url.origin,
    host: url.host,
    serverName: isIP(url.hostname.replaceAll(/[[\]]/g, '')) === 0 ? url.hostname : undefined,
    path: parseTemplate(path),
    query: parseTemplate(query),
  };
}

/** Scheme and authority, path, query without `?`; a fragment is never sent. */
const URI = /^(https?:\/\/[^/?#]+)([^?#]*)(?:\?([^#]*))?/i;

/** `{NAME}`; a greedy variable of the route is `{NAME}` too (H4.02). */
const PLACEHOLDER = /\{([\w.:-]+)\+?\}/;

const parseTemplate = (text: string): Template =>
  text.split(PLACEHOLDER).map((part, index) => (index % 2 === 0 ? encodeLiteral(part) : part));

/** Text that may be encoded already: only characters that no URL may contain are. */
const encodeLiteral = (text: string) => encodeURI(text).replaceAll('%25', '%');
