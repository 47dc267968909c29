import { contextVariables } from '../../mapping/context-variables.js';
import { type TemplateScope } from '../../vtl/render.js';
import { type HandshakeRequest } from '../handshake-request.js';
import { type RouteEvent } from '../route-event.js';

/**
 * The values of an event that a template can read.
 *
 * @param body the value of `$input`: the client's message, or in a response template the backend's response
 */
export function templateScope(event: RouteEvent, body: string): TemplateScope {
  return {
    input: { body, params: inputParameters(event.handshake) },
    context: contextVariables({ ...event.connection, ...event.facts }),
    stageVariables: event.stageVariables,
  };
}

/** The last value of each name; header names in the client's spelling. A WebSocket API has no path parameters. */
function inputParameters(handshake: HandshakeRequest | undefined): TemplateScope['input']['params'] {
  const rawHeaders = handshake?.rawHeaders ?? [];
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  );
  const query = [...(handshake?.querystring ?? [])].map(
    ([name, values]) => [name, values.at(-1) ?? ''] as const,
  );
  return { path: {}, querystring: Object.fromEntries(query), header: Object.fromEntries(headers) };
}
