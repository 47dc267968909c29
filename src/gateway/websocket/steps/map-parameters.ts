import { type DeployedIntegration } from '../../control/snapshot.js';
import { contextVariables } from '../../mapping/context-variables.js';
import { evaluateSource, type Mappable, type Source } from '../../mapping/request-parameters.js';
import { headerValue } from './header-value.js';
import { type RouteEvent } from './map-request.js';

/** What an integration's request parameters make of an event. */
export interface MappedParameters {
  /** With stage variables and path parameters filled in. */
  readonly uri: string;
  /** `name=value`, both encoded. */
  readonly query: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** @throws {MappingFailedError} a mapped value cannot be sent as a header */
export function mapParameters({ uri, parameters }: DeployedIntegration, event: RouteEvent): MappedParameters {
  const { message, handshake, stageVariables } = event;
  const mappable: Mappable = {
    context: contextVariables({ ...event.connection, ...event.facts }),
    stageVariables,
    ...(handshake && { handshake }),
    ...(message && { body: message }),
  };
  let filled = fillStageVariables(uri, stageVariables);
  const query: string[] = [];
  const headers: (readonly [string, string])[] = [];
  for (const { location, name, source } of parameters) {
    const values = evaluateSource(source, mappable);
    switch (location) {
      case 'header':
        headers.push(...values.map((value) => [name, headerValue(name, value)] as const));
        break;
      case 'querystring':
        query.push(...values.map((value) => `${encodeURIComponent(name)}=${queryValue(source, value)}`));
        break;
      case 'path':
        filled = filled.replaceAll(`{${name}}`, encodeURIComponent(values[0] ?? ''));
        break;
    }
  }
  return { uri: filled, query, headers };
}

/** A stage variable that the stage does not have is empty. */
export const fillStageVariables = (text: string, stageVariables: Readonly<Record<string, string>>): string =>
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
