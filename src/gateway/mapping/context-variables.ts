import { disconnectVariables } from '../silent/mapping-choices.js';

/**
 * `$context` variables by name, such as `identity.sourceIp`; `undefined` for one without a value.
 */
export type ContextVariables = Readonly<Record<string, string | undefined>>;

/** Facts that are the same in every event of one connection. */
export interface ConnectionFacts {
  readonly apiId: string;
  readonly stage: string;
  /** The client's `Host`. */
  readonly domainName: string;
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** Result of the authorization on `$connect`: `authorizer.*` and the rest of `identity.*`. */
  readonly authorized: ContextVariables;
  /** The gateway's address on this connection; not a variable, but part of `X-Forwarded-For`. */
  readonly gatewayIp: string;
}

/** Facts of one event. */
export interface EventFacts {
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly routeKey: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly requestTime: number;
  /** Only for a MESSAGE. */
  readonly messageId?: string;
  /** Only for a DISCONNECT. */
  readonly close?: { readonly code: number; readonly reason: string };
}

/**
 * The `context.*` variables of one event, all of them strings. A variable that the event does not have is `undefined`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function contextVariables(facts: ConnectionFacts & EventFacts): ContextVariables {
  return {
    apiId: facts.apiId,
    stage: facts.stage,
    domainName: facts.domainName,
    connectionId: facts.connectionId,
    connectedAt: String(facts.connectedAt),
    ...facts.authorized,
    'identity.sourceIp': facts.sourceIp,
    'identity.userAgent': facts.userAgent,
    eventType: facts.eventType,
    routeKey: facts.routeKey,
    messageDirection: 'IN',
    messageId: facts.messageId,
    requestId: facts.requestId,
    extendedRequestId: facts.requestId,
    requestTime: commonLogTime(facts.requestTime),
    requestTimeEpoch: String(facts.requestTime),
    ...disconnectVariables(facts.close),
  };
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `20/Jan/2024:11:55:00 +0000` */
export function commonLogTime(time: number): string {
  const iso = new Date(time).toISOString();
  const month = Number(iso.slice(5, 7)) - 1;
  return `${iso.slice(8, 10)}/${MONTHS.slice(month * 3, month * 3 + 3)}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
