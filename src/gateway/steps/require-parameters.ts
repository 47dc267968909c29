import { type DeployedRoute } from '../control/snapshot.js';
import { ANSWERS } from '../errors.js';
import { type Handshake } from './map-request.js';
import { Refused } from './refused.js';

/** @throws {Refused} the handshake lacks a header or query parameter that `$connect` declares as required */
export function requireParameters({ requiredParameters }: DeployedRoute, handshake: Handshake): void {
  const missing = requiredParameters.filter((source) => !isSent(source, handshake));
  if (missing.length === 0) return;
  const answer = ANSWERS.missingParameters;
  throw new Refused({ ...answer, message: `${answer.message}[${missing.map(parameterName).join(', ')}]` });
}

/** `route.request.querystring.token` → `token` */
const parameterName = (source: string) => source.split('.').slice(3).join('.');

function isSent(source: string, { header, querystring }: Handshake): boolean {
  const name = parameterName(source);
  return source.includes('querystring.') ? querystring.has(name) : header.has(name.toLowerCase());
}
