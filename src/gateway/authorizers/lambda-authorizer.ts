import { type Logger } from 'pino';
import { NEVER_IDENTITIES } from '../control/fields/authorizer-fields.js';
import { type Authorization as DeployedAuthorization } from '../control/snapshot.js';
import { GATEWAY_RESPONSES, type GatewayResponse } from '../errors.js';
import { evaluatePolicy, parsePolicy, type Policy, PolicyError } from '../iam/policy.js';
import { type Functions } from '../lambda/functions.js';
import { LIMITS } from '../limits.js';
import { type ContextVariables } from '../mapping/context-variables.js';
import { evaluateSource, type Mappable } from '../mapping/request-parameters.js';
import { fillStageVariables } from '../mapping/stage-variables.js';
import { type Story } from '../recorder/story.js';
import { authorizerLogVariables } from '../silent/authorization-choices.js';
import { type Authorization } from './authorization.js';
import { type AuthorizerRequest } from './authorizer-request.js';
import {
  AuthorizerError,
  authorizerVariables,
  contextTexts,
  isNumber,
  parseResult,
  readContextObject,
} from './authorizer-result.js';
import { callAuthorizer, type RecordedCall } from './call-authorizer.js';

/** The deployed Lambda authorizer of a route. */
export type Authorizer = DeployedAuthorization & { readonly kind: 'CUSTOM' };

/** The resource that a client requests, and the event that describes the request to the function. */
export interface AuthorizerInput {
  readonly request: AuthorizerRequest;
  /** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/$connect`: the policy must allow it. */
  readonly resourceArn: string;
  /** Called when the function is invoked; the form of the event depends on the protocol of the API. */
  readonly event: () => object;
  readonly story?: Story | undefined;
}

/**
 * Authorizes a request with a Lambda authorizer: invokes the function and evaluates the policy that it returns. The
 * result is not cached, because WebSocket APIs do not cache it.
 *
 * @param log receives the reason when the authorizer fails; the client receives the status only
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export async function authorizeFunction(
  functions: Functions,
  authorizer: Authorizer,
  { request, resourceArn, event, story }: AuthorizerInput,
  log: Logger,
): Promise<Authorization> {
  const functionName = fillStageVariables(authorizer.functionName, request.stageVariables);
  const call = story && recordCall(story, authorizer, functionName, request);
  if (countHeader(request, 'authorization') > 1) {
    return denied(GATEWAY_RESPONSES.badRequest, 'more than one Authorization header');
  }
  const missing = missingIdentity(authorizer, request);
  if (missing !== undefined) {
    const reason = `the authorizer's identity source ${missing} is missing or empty`;
    return denied(GATEWAY_RESPONSES.unauthorized, reason);
  }

  try {
    const reply = await callAuthorizer(functions, functionName, event(), LIMITS.authorizerTimeoutMs, call);
    if (reply.kind === 'unauthorized') {
      const reason = 'the authorizer failed with Unauthorized';
      return denied(GATEWAY_RESPONSES.unauthorized, reason, failed('401', reply.message));
    }
    const latencyMs = String(reply.latencyMs);
    const { policy, variables } = readResult(reply.payload);
    const logVariables = authorizerLogVariables(latencyMs);
    const decision = evaluatePolicy(policy, 'execute-api:Invoke', resourceArn);
    if (call) call.decision = decision;
    switch (decision) {
      case 'implicitDeny': {
        const reason = "the authorizer's policy does not allow it";
        return denied(GATEWAY_RESPONSES.notAllowedByPolicy, reason, logVariables);
      }
      case 'explicitDeny':
        return denied(GATEWAY_RESPONSES.deniedByPolicy, "the authorizer's policy denies it", logVariables);
      case 'allowed':
        return {
          kind: 'allowed',
          variables,
          connectVariables: { 'authorizer.integrationLatency': latencyMs },
          logVariables,
        };
    }
  } catch (error) {
    const { authorizerId } = authorizer;
    const { connectionId } = request.context;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ connectionId, authorizerId, functionName, reason }, 'authorizer failed');
    const isMalformed = error instanceof AuthorizerError || error instanceof PolicyError;
    const response = isMalformed ? GATEWAY_RESPONSES.authorizerMalformed : GATEWAY_RESPONSES.authorizerFailed;
    return denied(response, 'the authorizer failed', failed('500', reason));
  }
}

/** Adds the call to the story. @returns the step, to be completed */
function recordCall(
  story: Story,
  { authorizerId, identitySources }: Authorizer,
  functionName: string,
  request: AuthorizerRequest,
): RecordedCall {
  const sources = identitySources.map(({ text, source }) => ({
    source: text,
    values: evaluateSource(source, mappable(request)),
  }));
  const step = { step: 'lambda_authorizer' as const, authorizerId, functionName, identitySources: sources };
  story.add(step);
  return step;
}

const failed = (status: string, reason: string) => ({
  'authorizer.status': status,
  'authorizer.error': reason,
});

const denied = (
  response: GatewayResponse,
  reason: string,
  logVariables: Readonly<Record<string, string>> = {},
): Authorization => ({ kind: 'denied', response, reason, logVariables });

function countHeader({ rawHeaders }: AuthorizerRequest, name: string): number {
  return rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === name).length;
}

/** The first identity source without a value; the function is invoked only when all have one. */
function missingIdentity({ identitySources }: Authorizer, request: AuthorizerRequest): string | undefined {
  const isMissing = ({ source, text }: Authorizer['identitySources'][number]) =>
    NEVER_IDENTITIES.includes(text) ||
    evaluateSource(source, mappable(request)).every((value) => value === '');
  return identitySources.find(isMissing)?.text;
}

const mappable = ({ context, stageVariables, header, querystring }: AuthorizerRequest): Mappable => ({
  context,
  stageVariables,
  handshake: { header, querystring },
});

/** @throws {AuthorizerError | PolicyError} the result is malformed */
function readResult(payload: string): {
  readonly policy: Policy;
  readonly variables: ContextVariables;
} {
  const { principalId, policyDocument, context, usageIdentifierKey } = parseResult(payload);
  if (usageIdentifierKey !== undefined && typeof usageIdentifierKey !== 'string') {
    throw new AuthorizerError('usageIdentifierKey must be a string');
  }
  return {
    policy: parsePolicy(policyDocument),
    variables: {
      ...readContext(context),
      'authorizer.principalId': readPrincipal(principalId),
      ...(usageIdentifierKey !== undefined && { 'authorizer.usageIdentifierKey': usageIdentifierKey }),
    },
  };
}

/** C4: `null` and a missing principal are accepted, and a number becomes text. */
function readPrincipal(principalId: unknown): string | undefined {
  if (principalId === undefined || principalId === null) return undefined;
  if (typeof principalId === 'string' || isNumber(principalId)) return String(principalId);
  throw new AuthorizerError('principalId must be a string or a number');
}

/** `$context.authorizer.*`: all values become strings, `1` becomes `"1"`. C4: a `null` is dropped. */
function readContext(json: unknown): ContextVariables {
  const context = Object.entries(readContextObject(json) ?? {}).filter(([, value]) => value !== null);
  return authorizerVariables(contextTexts(Object.fromEntries(context)));
}
