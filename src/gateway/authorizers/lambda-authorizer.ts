import { type Logger } from 'pino';
import { type Authorization as DeployedAuthorization } from '../control/snapshot.js';
import { ANSWERS, type GatewayAnswer } from '../errors.js';
import { type Functions } from '../lambda/functions.js';
import { LIMITS } from '../limits.js';
import { contextVariables } from '../mapping/context-variables.js';
import { evaluateSource } from '../mapping/request-parameters.js';
import { fillStageVariables } from '../websocket/steps/map-parameters.js';
import { evaluatePolicy, parsePolicy, type Policy } from '../iam/policy.js';
import { type Authorization } from './authorization.js';
import { readError } from '../integrations/call-lambda.js';
import { authorizerEvent } from '../websocket/steps/lambda-event.js';
import { type RouteEvent } from '../websocket/steps/map-request.js';

/** The authorizer of a route, as it is deployed. */
export type Authorizer = DeployedAuthorization & { readonly kind: 'CUSTOM' };

/**
 * A Lambda authorizer on `$connect`: asks the function who the client is and evaluates the policy that it answers with.
 * Answers are not cached, as WebSocket APIs do not.
 *
 * @param methodArn `arn:aws:execute-api:{region}:{account}:{api}/{stage}/$connect`, the resource that the policy has to
 *   allow
 * @param log where a developer finds out why an authorizer does not work; the client learns the status only
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export async function authorizeFunction(
  functions: Functions,
  authorizer: Authorizer,
  event: RouteEvent,
  methodArn: string,
  log: Logger,
): Promise<Authorization> {
  if (countHeader(event, 'authorization') > 1) {
    return denied(ANSWERS.badRequest, 'more than one Authorization header');
  }
  const missing = missingIdentity(authorizer, event);
  if (missing !== undefined) {
    return denied(ANSWERS.unauthorized, `the authorizer's identity source ${missing} is missing or empty`);
  }

  const functionName = fillStageVariables(authorizer.functionName, event.stageVariables);
  const startedAt = performance.now();
  try {
    const payload = JSON.stringify(authorizerEvent(event, methodArn));
    const answer = await functions.invoke(functionName, payload, LIMITS.authorizerTimeoutMs);
    const latency = String(Math.round(performance.now() - startedAt));
    if (answer.functionError !== undefined) {
      const { errorType, errorMessage } = readError(answer.payload);
      if (errorMessage === 'Unauthorized') {
        return denied(ANSWERS.unauthorized, 'the authorizer said Unauthorized', failed('401', errorMessage));
      }
      throw new AuthorizerError(`it failed: ${errorType}: ${errorMessage}`);
    }
    const { policy, variables } = readResult(answer.payload);
    switch (evaluatePolicy(policy, 'execute-api:Invoke', methodArn)) {
      case 'implicitDeny':
        return denied(
          ANSWERS.notAllowedByPolicy,
          "the authorizer's policy does not allow it",
          answered(latency),
        );
      case 'explicitDeny':
        return denied(ANSWERS.deniedByPolicy, "the authorizer's policy denies it", answered(latency));
      case 'allowed':
        return {
          kind: 'allowed',
          variables,
          connectVariables: { 'authorizer.integrationLatency': latency },
          logged: answered(latency),
        };
    }
  } catch (error) {
    const { authorizerId } = authorizer;
    const { connectionId } = event.connection;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ connectionId, authorizerId, functionName, reason }, 'authorizer failed');
    return denied(ANSWERS.authorizerFailed, 'the authorizer failed', failed('500', reason));
  }
}

/** The status is the function's, whatever its policy says: [uncertain], AWS's words are "returned from an authorizer". */
const answered = (latency: string) => ({
  'authorizer.status': '200',
  'authorizer.integrationStatus': '200',
  'authorizer.latency': latency,
  'authorizer.integrationLatency': latency,
});

const failed = (status: string, reason: string) => ({
  'authorizer.status': status,
  'authorizer.error': reason,
});

/** What the function returned is not what an authorizer has to return. */
class AuthorizerError extends Error {
  override readonly name = 'AuthorizerError';
}

const denied = (
  answer: GatewayAnswer,
  reason: string,
  logged: Readonly<Record<string, string>> = {},
): Authorization => ({ kind: 'denied', answer, reason, logged });

function countHeader({ handshake }: RouteEvent, name: string): number {
  const names = handshake?.rawHeaders.filter((_, index) => index % 2 === 0) ?? [];
  return names.filter((each) => each.toLowerCase() === name).length;
}

/** The first identity source that the request does not have; without all of them the function is not asked. */
function missingIdentity({ identitySources }: Authorizer, event: RouteEvent): string | undefined {
  const { connection, facts, stageVariables, handshake } = event;
  const mappable = {
    context: contextVariables({ ...connection, ...facts }),
    stageVariables,
    ...(handshake && { handshake }),
  };
  const isMissing = ({ source }: Authorizer['identitySources'][number]) =>
    evaluateSource(source, mappable).every((value) => value === '');
  return identitySources.find(isMissing)?.text;
}

/** @throws {AuthorizerError | PolicyError} */
function readResult(payload: string): {
  readonly policy: Policy;
  readonly variables: Readonly<Record<string, string>>;
} {
  if (Buffer.byteLength(payload) > LIMITS.authorizerAnswerBytes) {
    throw new AuthorizerError(`its answer is over ${LIMITS.authorizerAnswerBytes} bytes`);
  }
  const result = JSON.parse(payload) as unknown;
  if (!isObject(result)) throw new AuthorizerError('it did not answer with an object');
  const { principalId, policyDocument, context, usageIdentifierKey } = result;
  if (typeof principalId !== 'string') throw new AuthorizerError('principalId has to be a string');
  if (usageIdentifierKey !== undefined && typeof usageIdentifierKey !== 'string') {
    throw new AuthorizerError('usageIdentifierKey has to be a string');
  }
  return {
    policy: parsePolicy(policyDocument),
    variables: {
      ...readContext(context),
      'authorizer.principalId': principalId,
      ...(usageIdentifierKey !== undefined && { 'authorizer.usageIdentifierKey': usageIdentifierKey }),
    },
  };
}

/** `1` becomes `"1"`, `true` becomes `"true"`: in `$context.authorizer.*` everything is a string. */
function readContext(context: unknown): Readonly<Record<string, string>> {
  if (context === undefined || context === null) return {};
  if (!isObject(context)) throw new AuthorizerError('context has to be an object');
  const variables = Object.entries(context).map(([name, value]) => {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new AuthorizerError(`context.${name} has to be a string, a number or a boolean`);
    }
    return [`authorizer.${name}`, String(value)] as const;
  });
  return Object.fromEntries(variables);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
