import { EMPTY_CONTEXT_VALUE } from '../silent/vtl-choices.js';
import { TextNumber } from './text-number.js';
import { type JavaMap, putKey } from './values.js';

/**
 * `$context`, from the flat context variables: `identity.sourceIp` becomes `$context.identity.sourceIp`.
 */
export function contextObject(variables: Readonly<Record<string, string | undefined>>): JavaMap {
  const context: JavaMap = {};
  for (const name of DOCUMENTED) put(context, name, EMPTY_CONTEXT_VALUE);
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) put(context, name, EPOCHS.has(name) ? new TextNumber(value) : value);
  }
  return context;
}

/** Splits at the first dot only: the name of an authorizer's value may be `a.b`. */
function put(context: JavaMap, name: string, value: string | TextNumber): void {
  const dot = name.indexOf('.');
  if (dot < 0) {
    putKey(context, name, value);
    return;
  }
  const group = name.slice(0, dot);
  if (!Object.hasOwn(context, group)) putKey(context, group, {});
  putKey(context[group] as JavaMap, name.slice(dot + 1), value);
}

/** Times in milliseconds since 1970. */
const EPOCHS = new Set(['connectedAt', 'requestTimeEpoch']);

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html */
const DOCUMENTED = [
  'apiId',
  'authorizer.principalId',
  'connectedAt',
  'connectionId',
  'domainName',
  'error.messageString',
  'error.validationErrorString',
  'eventType',
  'extendedRequestId',
  'identity.accountId',
  'identity.apiKey',
  'identity.apiKeyId',
  'identity.caller',
  'identity.cognitoAuthenticationProvider',
  'identity.cognitoAuthenticationType',
  'identity.cognitoIdentityId',
  'identity.cognitoIdentityPoolId',
  'identity.sourceIp',
  'identity.user',
  'identity.userAgent',
  'identity.userArn',
  'messageId',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'routeKey',
  'stage',
  'status',
] as const;
