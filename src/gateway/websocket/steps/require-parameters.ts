import { type DeployedRoute } from '../../control/snapshot.js';
import { GATEWAY_RESPONSES } from '../../errors.js';
import { type HandshakeRequest } from '../handshake-request.js';
import { EventRejectedError } from './event-rejected-error.js';

/** @throws {EventRejectedError} the handshake lacks a header or query parameter that `$connect` declares as required */
export function requireParameters(route: DeployedRoute, handshake: HandshakeRequest): void {
  const missing = missingParameters(route, handshake);
  if (missing.length === 0) return;
  const response = GATEWAY_RESPONSES.missingParameters;
  const names = missing.join(', ');
  const message = `${response.message}[${names}]`;
  throw new EventRejectedError({ ...response, message }, `$connect requires ${names}`);
}

/** Names of the missing parameters, such as `token` of `route.request.querystring.token`. */
export function missingParameters(
  { requiredParameters }: DeployedRoute,
  { header, querystring }: HandshakeRequest,
): readonly string[] {
  return requiredParameters.flatMap((source) => {
    const [, , location = '', ...rest] = source.split('.');
    const name = rest.join('.');
    const isSent = location.endsWith('querystring') ? querystring.has(name) : header.has(name.toLowerCase());
    return isSent ? [] : [name];
  });
}
