import { contextVariables } from '../../mapping/context-variables.js';
import { type TemplateScope } from '../../vtl/render.js';
import { type Handshake, type RouteEvent } from './map-request.js';

/**
 * What a template sees of an event.
 *
 * @param body what `$input` is: the client's message, or in a response template the integration's answer
 */
export function templateScope(event: RouteEvent, body: string): TemplateScope {
  return {
    input: { body, params: inputParameters(event.handshake) },
    context: contextVariables({ ...event.connection, ...event.facts }),
    stageVariables: event.stageVariables,
  };
}

/** Of what comes more than once, the last; headers in the client's spelling. A WebSocket API has no path parameters. */
function inputParameters(handshake: Handshake | undefined): TemplateScope['input']['params'] {
  const rawHeaders = handshake?.rawHeaders ?? [];
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  );
  const query = [...(handshake?.querystring ?? [])].map(
    ([name, values]) => [name, values.at(-1) ?? ''] as const,
  );
  return { path: {}, querystring: Object.fromEntries(query), header: Object.fromEntries(headers) };
}
