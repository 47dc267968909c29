import { type Logger } from 'pino';
import { type FunctionAuthorization } from '../control/http-snapshot.js';
import { HTTP_RESPONSES } from '../errors.js';
import { evaluatePolicy, parsePolicy } from '../iam/policy.js';
import { type Functions } from '../lambda/functions.js';
import { LIMITS } from '../limits.js';
import { fillStageVariables } from '../mapping/stage-variables.js';
import { type Story } from '../recorder/story.js';
import { mappedText } from '../silent/mapping-choices.js';
import { type AuthorizerDecision, type AuthorizerDecisions } from './authorizer-decisions.js';
import {
  AuthorizerError,
  authorizerVariables,
  contextTexts,
  parseResult,
  readContextObject,
} from './authorizer-result.js';
import { callAuthorizer, type RecordedCall, UNAUTHORIZED } from './call-authorizer.js';
import { type HttpAuthorizationResult } from './http-authorization.js';

/** A request to an HTTP API, as its Lambda authorizer sees it. */
export interface HttpLambdaInput {
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path}`: a policy must allow it (H2.19). */
  readonly resourceArn: string;
  /** Of each identity source; `undefined` where the request has none, empty where it has an empty one (H9.19). */
  readonly identity: readonly (string | undefined)[];
  /** The event for the function, made when it is called. */
  readonly event: (identity: readonly string[]) => object;
  readonly story?: Story | undefined;
}

/** Authorizes requests to HTTP APIs by Lambda authorizers: by a stored decision, or by calling the function. */
export class HttpLambdaAuthorizer {
  constructor(
    private readonly functions: Functions,
    private readonly decisions: AuthorizerDecisions,
    private readonly log: Logger,
  ) {}

  async authorize(
    authorizer: FunctionAuthorization,
    input: HttpLambdaInput,
  ): Promise<HttpAuthorizationResult> {
    const functionName = fillStageVariables(authorizer.functionName, input.stageVariables);
    const call = input.story && recordCall(input.story, authorizer, functionName, input.identity);
    const missing = input.identity.indexOf(undefined);
    if (missing !== -1) {
      const { text } = authorizer.identitySources[missing] ?? { text: '' };
      const reason = `the authorizer's identity source ${text} is missing`;
      return { kind: 'denied', response: HTTP_RESPONSES.unauthorized, reason };
    }
    const identity = input.identity.map((value) => value ?? '');
    const { apiId, stage } = input;
    const { authorizerId, ttlSeconds } = authorizer;
    const key = { apiId, stage, authorizerId, identity };
    const stored = ttlSeconds === 0 ? undefined : this.decisions.get(key);
    if (stored !== undefined) {
      if (call) call.isCached = true;
      return apply(stored, authorizer, input.resourceArn, call);
    }
    try {
      const event = input.event(identity);
      const { httpAuthorizerTimeoutMs } = LIMITS;
      const reply = await callAuthorizer(this.functions, functionName, event, httpAuthorizerTimeoutMs, call);
      const decision =
        reply.kind === 'unauthorized' ? 'unauthorized' : readDecision(reply.payload, authorizer);
      if (decision === 'unauthorized') {
        const reason = 'the authorizer failed with Unauthorized';
        return { kind: 'denied', response: HTTP_RESPONSES.unauthorized, reason, error: UNAUTHORIZED };
      }
      this.decisions.set(key, decision, ttlSeconds);
      return apply(decision, authorizer, input.resourceArn, call);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.warn({ authorizerId, functionName, reason }, 'authorizer failed');
      const response = HTTP_RESPONSES.authorizerFailed;
      return {
        kind: 'denied',
        response,
        reason: `the authorizer failed: ${reason}`,
        isFault: true,
        error: reason,
      };
    }
  }
}

/** Adds the call to the story. @returns the step, to be completed */
function recordCall(
  story: Story,
  { authorizerId, identitySources }: FunctionAuthorization,
  functionName: string,
  identity: HttpLambdaInput['identity'],
): RecordedCall {
  const sources = identitySources.map(({ text }, index) => {
    const value = identity[index];
    return { source: text, values: value === undefined ? [] : [value] };
  });
  const step = { step: 'lambda_authorizer' as const, authorizerId, functionName, identitySources: sources };
  story.add(step);
  return step;
}

/** @throws {AuthorizerError | PolicyError} the result is not that of an authorizer of this kind (H9.28) */
function readDecision(
  payload: string,
  authorizer: FunctionAuthorization,
): AuthorizerDecision | 'unauthorized' {
  const result = parseResult(payload);
  if (result['errorMessage'] === UNAUTHORIZED) return 'unauthorized';
  const context = readContext(result['context'], authorizer);
  if (authorizer.hasSimpleResponses) {
    const isAuthorized = SIMPLE.get(result['isAuthorized']);
    if (isAuthorized === undefined) throw new AuthorizerError('isAuthorized must be true or false');
    return { rule: { kind: 'simple', isAuthorized }, principalId: undefined, context };
  }
  const { principalId, policyDocument } = result;
  if (typeof principalId !== 'string' || principalId === '') {
    throw new AuthorizerError('principalId must be a string that is not empty');
  }
  return { rule: { kind: 'policy', policy: parsePolicy(policyDocument) }, principalId, context };
}

/** H9.26: also as strings. */
const SIMPLE: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  [false, false],
  ['false', false],
]);

/** H6.19: payload 2.0 keeps the types; sorted by name, without `claims`. H9.30: payload 1.0 has only texts. */
function readContext(json: unknown, { payloadFormatVersion }: FunctionAuthorization) {
  const context = readContextObject(json);
  if (context === undefined) return undefined;
  const typed = payloadFormatVersion === '2.0' ? context : contextTexts(context);
  const members = Object.entries(typed).filter(([name]) => name !== 'claims');
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The decision for one resource. */
function apply(
  { rule, principalId, context }: AuthorizerDecision,
  { authorizerId }: FunctionAuthorization,
  resourceArn: string,
  call: RecordedCall | undefined,
): HttpAuthorizationResult {
  const decision =
    rule.kind === 'policy'
      ? evaluatePolicy(rule.policy, 'execute-api:Invoke', resourceArn)
      : rule.isAuthorized
        ? 'allowed'
        : 'denied';
  if (call) call.decision = decision;
  if (decision !== 'allowed') {
    const reason = `the authorizer ${authorizerId} ${WHY_DENIED[decision]}`;
    return { kind: 'denied', response: HTTP_RESPONSES.forbidden, reason };
  }
  const texts = Object.entries(context ?? {}).flatMap(([name, value]) => {
    const text = mappedText(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    kind: 'allowed',
    variables: {
      ...authorizerVariables(Object.fromEntries(texts)),
      ...(principalId !== undefined && { 'authorizer.principalId': principalId }),
    },
    authorizer: { kind: 'lambda', principalId, context: context ?? null },
  };
}

const WHY_DENIED = {
  implicitDeny: 'has no statement that allows it',
  explicitDeny: 'denies it by its policy',
  denied: 'returned isAuthorized false',
};
