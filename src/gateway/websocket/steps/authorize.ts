import { type Logger } from 'pino';
import { type ControlPlane } from '../../control/control-plane.js';
import { type DeployedRoute, type Snapshot } from '../../control/snapshot.js';
import { ANSWERS } from '../../errors.js';
import { type Functions } from '../../lambda/functions.js';
import { type Iam } from '../../iam/iam.js';
import { type Throttle } from '../../throttle.js';
import { type Authorization } from '../../authorizers/authorization.js';
import { authorizeFunction } from '../../authorizers/lambda-authorizer.js';
import { authorizeIam } from '../../authorizers/iam-authorizer.js';
import { checkApiKey } from '../../authorizers/api-key.js';
import { type RouteEvent } from './map-request.js';
import { Refused } from './refused.js';

/** What authorization looks things up in. */
export interface Authorizers {
  readonly iam: Iam;
  readonly functions: Functions;
  readonly control: ControlPlane;
  readonly throttle: Throttle;
  readonly log: Logger;
}

/**
 * Whether a client may connect, and what is known of it from then on: its signature or the route's Lambda authorizer
 * first, then its API key. Only `$connect` authorizes; the messages that follow are trusted for it.
 *
 * @throws {Refused} it may not
 */
export async function authorize(
  route: DeployedRoute,
  snapshot: Snapshot,
  event: RouteEvent,
  authorizers: Authorizers,
): Promise<Authorization & { kind: 'allowed' }> {
  const identity = allowed(await identify(route, event, authorizers));
  if (!route.isApiKeyRequired) return identity;

  const { control, throttle } = authorizers;
  const { apiId, stage } = event.connection;
  // the authorizer may have said which key is the client's
  const identified = { ...event.connection, authorized: identity.variables };
  const find = (value: string) => control.apiKeyAt(apiId, stage, value);
  const key = allowed(checkApiKey(snapshot, find, { ...event, connection: identified }));
  const usable = find(key.variables['identity.apiKey'] ?? '');
  const limit = usable && throttle.exceededByApiKey(usable);
  if (limit !== undefined) throw new Refused(ANSWERS.throttled, `over ${limit}`);
  return { ...identity, variables: { ...identity.variables, ...key.variables } };
}

async function identify(
  { authorization }: DeployedRoute,
  event: RouteEvent,
  { iam, functions, control, log }: Authorizers,
): Promise<Authorization> {
  switch (authorization.kind) {
    case 'NONE':
      return { kind: 'allowed', variables: {} };
    case 'AWS_IAM':
      return authorizeIam(iam, event);
    case 'CUSTOM': {
      const { apiId, stage } = event.connection;
      const methodArn = `arn:aws:execute-api:${control.region}:${control.accountId}:${apiId}/${stage}/$connect`;
      return authorizeFunction(functions, authorization, event, methodArn, log);
    }
  }
}

function allowed(authorization: Authorization): Authorization & { kind: 'allowed' } {
  if (authorization.kind === 'allowed') return authorization;
  const { answer, reason, logged } = authorization;
  throw new Refused(answer, reason, logged);
}
