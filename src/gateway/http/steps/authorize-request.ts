import { authorizeIam } from '../../authorizers/iam-authorizer.js';
import {
  type AuthorizedRequest,
  type HttpAuthorizationResult,
} from '../../authorizers/http-authorization.js';
import { type HttpLambdaAuthorizer } from '../../authorizers/http-lambda-authorizer.js';
import { authorizeToken } from '../../authorizers/jwt/authorize-token.js';
import { type IssuerKeys } from '../../authorizers/jwt/issuer-keys.js';
import { type Clock } from '../../clock.js';
import {
  type FunctionAuthorization,
  type IdentitySource,
  type JwtAuthorization,
} from '../../control/http-snapshot.js';
import { HTTP_RESPONSES } from '../../errors.js';
import { type Iam } from '../../iam/iam.js';
import { variableValues } from '../../mapping/mapped-value.js';
import { type ApiEvent } from '../api-event.js';
import { HttpRequestError } from '../http-request-error.js';
import { authorizerEvent } from './authorizer-event.js';
import { requestSubject } from './map-http-request.js';

/** The parts of the gateway that the authorization uses. */
export interface AuthorizationParts {
  readonly iam: Pick<Iam, 'authorize'>;
  readonly lambdaAuthorizer: HttpLambdaAuthorizer;
  readonly issuerKeys: IssuerKeys;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Authorizes a request by the authorization of its route.
 *
 * @param event with the body if the request is signed: a signature covers it
 * @throws {HttpRequestError} the request is refused, or the authorizer failed
 */
export async function authorizeRequest(
  parts: AuthorizationParts,
  event: ApiEvent,
): Promise<AuthorizedRequest> {
  const result = await authorize(parts, event);
  if (result.kind === 'allowed') return result;
  const { response, reason, isFault = false, error } = result;
  throw new HttpRequestError(response, reason, { isFault, authorizerError: error });
}

async function authorize(parts: AuthorizationParts, event: ApiEvent): Promise<HttpAuthorizationResult> {
  const { authorization } = event.route;
  switch (authorization.kind) {
    case 'NONE':
      return { kind: 'allowed', variables: {} };
    case 'AWS_IAM':
      return checkSignature(parts, event);
    case 'JWT':
      return checkToken(parts, authorization, event);
    case 'CUSTOM':
      return askFunction(parts, authorization, event);
    default:
      return authorization satisfies never;
  }
}

/** Every refusal of a signature or by a policy has the same response (H9.38, H9.39). */
function checkSignature({ iam }: AuthorizationParts, event: ApiEvent): HttpAuthorizationResult {
  const { request, body, story } = event;
  const authorized = authorizeIam(iam, { ...request, ...(body && { body }) }, resourcePath(event));
  if (authorized.kind === 'denied') {
    const { reason, logVariables } = authorized;
    story?.add({ step: 'signature', reason });
    const error = authorized.isUnsigned
      ? UNSIGNED_ERROR
      : (logVariables?.['authenticate.error'] ?? logVariables?.['authorize.error']);
    return {
      kind: 'denied',
      response: HTTP_RESPONSES.forbidden,
      reason,
      ...(error !== undefined && { error }),
    };
  }
  const { variables, signer } = authorized;
  story?.add({ step: 'signature', identity: variables['identity.userArn'] ?? '' });
  return { kind: 'allowed', variables, authorizer: { kind: 'iam', ...signer } };
}

/** Recorded for a request without a signature (H11.18). */
const UNSIGNED_ERROR =
  "The request for the IAM Authorizer doesn't match the format that API Gateway expects.";

async function checkToken(
  { issuerKeys, clock }: AuthorizationParts,
  authorization: JwtAuthorization,
  event: ApiEvent,
): Promise<HttpAuthorizationResult> {
  const { authorizerId, issuer, identitySource } = authorization;
  const values = variableValues(identitySource.variable, requestSubject(event));
  const identity = values.length === 0 ? undefined : values.join(',');
  const result = await authorizeToken(issuerKeys, authorization, identity, clock.now());
  const subject = result.kind === 'allowed' ? result.variables['authorizer.claims.sub'] : undefined;
  event.story?.add({
    step: 'jwt_authorizer',
    authorizerId,
    issuer,
    identitySource: { source: identitySource.text, values },
    ...(subject !== undefined && { subject }),
    ...(result.kind === 'denied' && { reason: result.reason }),
  });
  return result;
}

async function askFunction(
  { lambdaAuthorizer }: AuthorizationParts,
  authorization: FunctionAuthorization,
  event: ApiEvent,
): Promise<HttpAuthorizationResult> {
  const { request, region, stage, stageVariables, accountId, story } = event;
  const subject = requestSubject(event);
  const resourceArn = `arn:aws:execute-api:${region}:${accountId}:${resourcePath(event)}`;
  return lambdaAuthorizer.authorize(authorization, {
    apiId: request.apiId,
    stage,
    stageVariables,
    resourceArn,
    identity: authorization.identitySources.map((source) => identityOf(source, authorization, subject)),
    event: (identity) => authorizerEvent(authorization, event, resourceArn, identity),
    story,
  });
}

/** H9.24: several values of one name are joined for payload 2.0, the last one counts for 1.0. */
function identityOf(
  { variable }: IdentitySource,
  { payloadFormatVersion }: FunctionAuthorization,
  subject: ReturnType<typeof requestSubject>,
): string | undefined {
  const values = variableValues(variable, subject);
  if (values.length === 0 || payloadFormatVersion === '1.0') return values.at(-1);
  return values.join(',');
}

/** H2.19: the request's own method and path, also for ANY and for path variables. */
const resourcePath = ({ request: { apiId, method }, stage, routePath }: ApiEvent) =>
  `${apiId}/${stage}/${method}${routePath}`;
