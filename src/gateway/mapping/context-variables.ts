/** What is the same in every event of one connection. */
export interface ConnectionFacts {
  readonly apiId: string;
  readonly stage: string;
  /** The host that the client used. */
  readonly domainName: string;
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** What `$connect`'s authorization found: `authorizer.*` and the rest of `identity.*`, for as long as it is open. */
  readonly authorized: Readonly<Record<string, string>>;
  /** The address at which the gateway took the connection; no variable, but it is in `X-Forwarded-For`. */
  readonly gatewayIp: string;
}

/** What one event adds. */
export interface EventFacts {
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly routeKey: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly requestTime: number;
  /** Only of a MESSAGE. */
  readonly messageId?: string;
  /** Only of a DISCONNECT. Observed in Lambda events; that a parameter mapping can read it is not documented. */
  readonly close?: { readonly code: number; readonly reason: string };
}

/**
 * The `context.*` variables of one event. All are strings; one that the event does not have is `undefined`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function contextVariables(
  facts: ConnectionFacts & EventFacts,
): Readonly<Record<string, string | undefined>> {
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
    disconnectStatusCode: facts.close && String(facts.close.code),
    disconnectReason: facts.close?.reason,
  };
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `20/Jan/2024:11:55:00 +0000` */
function commonLogTime(time: number): string {
  const iso = new Date(time).toISOString();
  const month = Number(iso.slice(5, 7)) - 1;
  return `${iso.slice(8, 10)}/${MONTHS.slice(month * 3, month * 3 + 3)}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
