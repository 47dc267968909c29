import { type DeployedRoute } from '../../control/snapshot.js';
import { ANSWERS } from '../../errors.js';
import { type Handshake } from './map-request.js';
import { Refused } from './refused.js';

/** @throws {Refused} the handshake lacks a header or query parameter that `$connect` declares as required */
export function requireParameters(route: DeployedRoute, handshake: Handshake): void {
  const missing = missingParameters(route, handshake);
  if (missing.length === 0) return;
  const answer = ANSWERS.missingParameters;
  const names = missing.join(', ');
  throw new Refused({ ...answer, message: `${answer.message}[${names}]` }, `$connect requires ${names}`);
}

/** Their names, such as `token` of `route.request.querystring.token`. */
export function missingParameters(
  { requiredParameters }: DeployedRoute,
  { header, querystring }: Handshake,
): readonly string[] {
  return requiredParameters.flatMap((source) => {
    const [, , location = '', ...rest] = source.split('.');
    const name = rest.join('.');
    const isSent = location.endsWith('querystring') ? querystring.has(name) : header.has(name.toLowerCase());
    return isSent ? [] : [name];
  });
}
