import { type DeployedRoute } from '../../control/snapshot.js';
import { type GatewayResponse } from '../../errors.js';
import { type BackendResponse } from '../../integrations/backend-response.js';
import { LIMITS } from '../../limits.js';
import { type MappedResponse } from '../mapped-response.js';
import { type RouteEvent } from '../route-event.js';
import { mapResponse } from './map-response.js';
import { MappingError } from '../../mapping/mapping-errors.js';

/** @returns the frame for the client; none on a one-way route, whatever the status of the response */
export function replyFrame(
  route: DeployedRoute,
  response: BackendResponse,
  event: RouteEvent,
): string | undefined {
  if (!route.isTwoWay || route.integration === undefined) return undefined;
  return messageFrame(mapResponse(route.integration, response, event));
}

/**
 * The frame of a two-way route: the response's body, also an empty one. Bytes that are not UTF-8 become U+FFFD,
 * because a text frame cannot carry them.
 *
 * @throws {MappingError} over 128 KB, the limit of a message; what AWS does then is not documented
 */
export function messageFrame({ body }: MappedResponse): string {
  const text = body.toString('utf8');
  // counted in the form that is sent: U+FFFD has three bytes in place of one
  if (Buffer.byteLength(text) <= LIMITS.messageBytes) return text;
  throw new MappingError(
    `the response has ${body.length} bytes; a message may have up to ${LIMITS.messageBytes}`,
  );
}

/** The text frame by which the gateway reports an error; the connection stays open. Spacing as recorded. */
export function errorFrame(response: GatewayResponse, connectionId: string, requestId: string): string {
  return `{"message": ${JSON.stringify(response.message)}, "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}

/** The frame for a message that its route's model does not allow; id and spacing as recorded. */
export function badMessageFrame(connectionId: string, messageId: string): string {
  return `{"message" : "Bad request body", "connectionId": "${connectionId}", "messageId": "${messageId}"}`;
}
