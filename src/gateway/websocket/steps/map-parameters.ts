import { type DeployedIntegration } from '../../control/snapshot.js';
import { contextVariables } from '../../mapping/context-variables.js';
import { evaluateSource, type Mappable, type Source } from '../../mapping/request-parameters.js';
import { fillStageVariables } from '../../mapping/stage-variables.js';
import { encodeLiteral } from '../../silent/integration-choices.js';
import { type RouteEvent } from '../route-event.js';
import { headerValue } from '../../mapping/header-value.js';

/** The result of an integration's request parameters. */
export interface MappedParameters {
  /** Stage variables and path parameters are filled in. */
  readonly uri: string;
  /** `name=value`, both encoded. */
  readonly query: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** @throws {MappingError} a mapped value cannot be sent as a header */
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

const queryValue = (source: Source, value: string): string =>
  source.kind === 'literal' ? encodeLiteral(value) : encodeURIComponent(value);
