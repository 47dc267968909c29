import { type Logger } from 'pino';
import { checkApiKey } from '../../authorizers/check-api-key.js';
import { type Authorization } from '../../authorizers/authorization.js';
import { type AuthorizerRequest } from '../../authorizers/authorizer-request.js';
import { authorizeIam } from '../../authorizers/iam-authorizer.js';
import { authorizeFunction } from '../../authorizers/lambda-authorizer.js';
import { type ControlPlane } from '../../control/control-plane.js';
import { type DeployedRoute, type Snapshot } from '../../control/snapshot.js';
import { GATEWAY_RESPONSES } from '../../errors.js';
import { type Iam } from '../../iam/iam.js';
import { type Functions } from '../../lambda/functions.js';
import { contextVariables } from '../../mapping/context-variables.js';
import { type KeptStep } from '../../recorder/story.js';
import { type Throttle } from '../../throttle.js';
import { type HandshakeEvent } from '../route-event.js';
import { EventRejectedError } from './event-rejected-error.js';
import { authorizerEvent } from './lambda-event.js';

/** The parts of the gateway that authorization uses. */
export interface AuthorizationParts {
  readonly iam: Iam;
  readonly functions: Functions;
  readonly control: ControlPlane;
  readonly throttle: Throttle;
  readonly log: Logger;
}

/**
 * Authorizes a handshake: first by its signature or the route's Lambda authorizer, then by its API key. Only `$connect`
 * is authorized; its result holds for the messages that follow.
 *
 * @returns the variables of the connection
 * @throws {EventRejectedError} the client may not connect
 */
export async function authorize(
  route: DeployedRoute,
  snapshot: Snapshot,
  event: HandshakeEvent,
  parts: AuthorizationParts,
): Promise<Authorization & { kind: 'allowed' }> {
  const identity = allowed(await identify(route, event, parts));
  if (!route.isApiKeyRequired) return identity;

  const { control, throttle } = parts;
  const { apiId, stage } = event.connection;
  // the authorizer's usageIdentifierKey may be the key
  const identified = { ...event.connection, authorized: identity.variables };
  const find = (value: string) => control.apiKeyAt(apiId, stage, value);
  const request = authorizerRequest({ ...event, connection: identified });
  const checked = checkApiKey(snapshot, find, request);
  event.story?.add(apiKeyStep(checked));
  const { variables } = allowed(checked);
  const apiKey = find(variables['identity.apiKey'] ?? '');
  const limit = apiKey && throttle.exceededByApiKey(apiKey);
  if (limit !== undefined) throw new EventRejectedError(GATEWAY_RESPONSES.throttled, `over ${limit}`);
  return { ...identity, variables: { ...identity.variables, ...variables } };
}

async function identify(
  { authorization }: DeployedRoute,
  event: HandshakeEvent,
  { iam, functions, control, log }: AuthorizationParts,
): Promise<Authorization> {
  const { apiId, stage } = event.connection;
  const resourcePath = `${apiId}/${stage}/$connect`;
  switch (authorization.kind) {
    case 'NONE':
      return { kind: 'allowed', variables: {} };
    case 'AWS_IAM': {
      const authorized = authorizeIam(iam, authorizerRequest(event), resourcePath);
      event.story?.add(signatureStep(authorized));
      return authorized;
    }
    case 'CUSTOM': {
      const resourceArn = `arn:aws:execute-api:${control.region}:${control.accountId}:${resourcePath}`;
      const input = {
        request: authorizerRequest(event),
        resourceArn,
        event: () => authorizerEvent(event, resourceArn),
        story: event.story,
      };
      return authorizeFunction(functions, authorization, input, log);
    }
  }
}

const authorizerRequest = ({
  connection,
  facts,
  stageVariables,
  handshake,
}: HandshakeEvent): AuthorizerRequest => ({
  method: 'GET',
  ...handshake,
  context: contextVariables({ ...connection, ...facts }),
  stageVariables,
});

const apiKeyStep = (checked: Authorization): KeptStep =>
  checked.kind === 'denied'
    ? { step: 'api_key', reason: checked.reason }
    : { step: 'api_key', apiKeyId: checked.variables['identity.apiKeyId'] ?? '' };

const signatureStep = (authorized: Authorization): KeptStep =>
  authorized.kind === 'denied'
    ? { step: 'signature', reason: authorized.response.message }
    : { step: 'signature', identity: authorized.variables['identity.userArn'] ?? '' };

function allowed(authorization: Authorization): Authorization & { kind: 'allowed' } {
  if (authorization.kind === 'allowed') return authorization;
  const { response, reason, logVariables } = authorization;
  throw new EventRejectedError(response, reason, logVariables);
}
