import { type DeployedIntegration } from '../../control/snapshot.js';
import { contextVariables } from '../../mapping/context-variables.js';
import { evaluateSource, type Mappable, type Source } from '../../mapping/request-parameters.js';
import { fillStageVariables } from '../../mapping/stage-variables.js';
import { whyNoValue } from '../../mapping/why-no-value.js';
import { type KeptStep } from '../../recorder/story.js';
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
export function mapParameters(integration: DeployedIntegration, event: RouteEvent): MappedParameters {
  const { uri, parameters } = integration;
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
  const allValues = parameters.map(({ source }) => evaluateSource(source, mappable));
  event.story?.add(recorded(integration, allValues, event));
  for (const [index, { location, name, source }] of parameters.entries()) {
    const values = allValues[index] ?? [];
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

function recorded(
  { parameters, undeclared }: DeployedIntegration,
  allValues: readonly (readonly string[])[],
  { facts, message }: RouteEvent,
): KeptStep {
  const values = allValues.map((each) => (each.length === 1 ? (each[0] ?? '') : each));
  const hasAll = undeclared.length === 0 && allValues.every((each) => each.length > 0);
  if (hasAll) return { step: 'parameters', mappings: parameters, values };
  const mappings = [...parameters, ...undeclared];
  const whyEmpty = mappings.flatMap(({ source }, index): [number, string][] => {
    if (allValues[index]?.length) return [];
    const isUndeclared = index >= parameters.length && facts.eventType === 'CONNECT';
    const reason = isUndeclared
      ? `the route ${facts.routeKey} does not declare it`
      : whyNoValue(source, facts, message);
    return [[index, reason]];
  });
  return { step: 'parameters', mappings, values, whyEmpty: new Map(whyEmpty) };
}

const queryValue = (source: Source, value: string): string =>
  source.kind === 'literal' ? encodeLiteral(value) : encodeURIComponent(value);
