import { type DeployedIntegration } from '../control/snapshot.js';
import { type ConnectionFacts, contextVariables, type EventFacts } from '../mapping/context-variables.js';
import { evaluateSource, type Mappable, type Source } from '../mapping/parameters.js';
import { standardHeaders } from './standard-headers.js';
import { type Message } from './select-route.js';

/** The HTTP request that a client sent to be connected. */
export interface Handshake {
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
  readonly header: ReadonlyMap<string, readonly string[]>;
  readonly querystring: ReadonlyMap<string, readonly string[]>;
}

/** What is on its way to a route. */
export interface RouteEvent {
  readonly connection: ConnectionFacts;
  readonly facts: EventFacts;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly handshake?: Handshake;
  readonly message?: Message;
}

/** The HTTP request that the integration sends. */
export interface IntegrationRequest {
  readonly method: string;
  readonly url: URL;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
  /** Id of the VPC link that leads there; `undefined` for the Internet. */
  readonly vpcLinkId: string | undefined;
  readonly timeoutMs: number;
}

/**
 * @throws {MappingFailedError} the URI, with stage variables and path parameters filled in, is no URL, or a mapped
 *   value cannot be sent as a header
 */
export function mapRequest(integration: DeployedIntegration, event: RouteEvent): IntegrationRequest {
  const { message, handshake, stageVariables } = event;
  const mappable: Mappable = {
    context: contextVariables({ ...event.connection, ...event.facts }),
    stageVariables,
    ...(handshake && { handshake }),
    ...(message && { body: message }),
  };

  let uri = fillStageVariables(integration.uri, stageVariables);
  const query: string[] = [];
  const headers: { name: string; values: readonly string[] }[] = [];
  for (const { location, name, source } of integration.parameters) {
    const values = evaluateSource(source, mappable);
    switch (location) {
      case 'header':
        if (values.length > 0)
          headers.push({ name, values: values.map((value) => headerValue(name, value)) });
        break;
      case 'querystring':
        query.push(...values.map((value) => `${encodeURIComponent(name)}=${queryValue(source, value)}`));
        break;
      case 'path':
        uri = uri.replaceAll(`{${name}}`, encodeURIComponent(values[0] ?? ''));
        break;
    }
  }
  if (!URL.canParse(uri)) throw new MappingFailedError(`'${uri}' is no URL`);
  const url = new URL(uri);
  if (query.length > 0) url.search = [url.search.slice(1), ...query].filter((part) => part !== '').join('&');

  const mapped = new Set(headers.map(({ name }) => name.toLowerCase()));
  return {
    method: integration.method === 'ANY' ? 'POST' : integration.method,
    url,
    headers: [
      // where AWS is silent: a mapped header takes the place of one that the client sent
      ...standardHeaders(event, url.host).filter(([name]) => !mapped.has(name.toLowerCase())),
      ...headers.flatMap(({ name, values }) => values.map((value) => [name, value] as const)),
    ].flat(),
    body: message?.text,
    vpcLinkId: integration.vpcLinkId && fillStageVariables(integration.vpcLinkId, stageVariables),
    timeoutMs: integration.timeoutMs,
  };
}

/** A mapping that was accepted and yet gives no request: the client is told `Internal server error`. */
export class MappingFailedError extends Error {
  override readonly name = 'MappingFailedError';
}

const fillStageVariables = (text: string, stageVariables: Readonly<Record<string, string>>) =>
  text.replaceAll(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(stageVariables, name) ? (stageVariables[name] ?? '') : '',
  );

/** A literal counts as encoded already, so only what no URL may hold is encoded in it; any other value is data. */
function queryValue(source: Source, value: string): string {
  if (source.kind !== 'literal') return encodeURIComponent(value);
  return encodeURI(value)
    .replaceAll(/%25([0-9A-Fa-f]{2})/g, '%$1')
    .replaceAll('#', '%23');
}

/** Text goes over the wire as UTF-8, which Node's HTTP takes as one character for each byte. */
function headerValue(name: string, value: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that would end or break a header
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw new MappingFailedError(`the value mapped to the header ${name} has a control character`);
  }
  return Buffer.from(value, 'utf8').toString('latin1');
}
