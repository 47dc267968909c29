import { type Integration } from '../../control/fields/integration-fields.js';
import { type Route } from '../../control/fields/route-fields.js';
import { contextVariables } from '../../mapping/context-variables.js';
import { evaluateSource, parseParameterMapping, type Source } from '../../mapping/request-parameters.js';
import { whyNoValue } from '../../mapping/why-no-value.js';
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
  if (values.length > 0) return undefined;
  return source.kind === 'context' && source.name.startsWith('authorizer.')
    ? `no authorizer runs here; set --context ${source.name}=VALUE`
    : whyNoValue(source, event.facts, message);
}
