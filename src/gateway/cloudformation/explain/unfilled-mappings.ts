import { type Integration } from '../../control/fields/integration-fields.js';
import { type Route } from '../../control/fields/route-fields.js';
import { contextVariables } from '../../mapping/context-variables.js';
import { evaluateSource, parseParameterMapping, type Source } from '../../mapping/request-parameters.js';
import { declarationsFor } from '../../silent/mapping-choices.js';
import { type RouteEvent } from '../../websocket/route-event.js';

/** One line for each mapping that sends nothing, with the reason. */
export function unfilledMappings(
  integration: Integration,
  route: Route,
  event: RouteEvent,
): readonly string[] {
  return Object.entries(integration.RequestParameters ?? {}).flatMap(([destination, text]) => {
    const { source } = parseParameterMapping(destination, text);
    const reason = whyEmpty(source, route, event);
    return reason === undefined ? [] : [`not sent: ${destination} ← ${text}: ${reason}`];
  });
}

function whyEmpty(source: Source, route: Route, event: RouteEvent): string | undefined {
  if (source.kind === 'handshake') {
    if (event.handshake === undefined) {
      return `headers and query string are those of $connect; ${route.RouteKey} has none`;
    }
    const declarations = declarationsFor(source.location, source.name);
    const declared = Object.keys(route.RequestParameters ?? {});
    if (!declared.some((key) => declarations.includes(key)))
      return `the route ${route.RouteKey} does not declare it`;
  }
  const { message, handshake, stageVariables } = event;
  const values = evaluateSource(source, {
    context: contextVariables({ ...event.connection, ...event.facts }),
    stageVariables,
    ...(handshake && { handshake }),
    ...(message && { body: message }),
  });
  return values.length > 0 ? undefined : whyNoValue(source, event);
}

function whyNoValue(source: Source, { facts, message }: RouteEvent): string {
  switch (source.kind) {
    case 'literal':
      return 'it is empty';
    case 'context':
      return source.name.startsWith('authorizer.')
        ? `no authorizer runs here; set --context ${source.name}=VALUE`
        : `a ${facts.eventType} has no context.${source.name}`;
    case 'stageVariable':
      return `the stage has no variable ${source.name}`;
    case 'body':
      if (message === undefined) return `a ${facts.eventType} has no body`;
      return message.json === undefined ? 'the body is not JSON' : 'the body has no value at that path';
    case 'handshake':
      return `the client sends no such ${source.location === 'header' ? 'header' : 'query-string parameter'}`;
  }
}
