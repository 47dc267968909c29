import { ANSWERS, type GatewayAnswer } from '../errors.js';
import { IntegrationTimedOutError, type IntegrationAnswer } from './call-integration.js';

/** What becomes of a handshake. */
export type Admission = { readonly kind: 'accepted'; readonly protocol: string | undefined } | Refusal;

/** An HTTP answer in place of the 101. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** The text frame with which the gateway reports its own failure; the connection stays open. Spacing as recorded. */
export function errorFrame(answer: GatewayAnswer, connectionId: string, requestId: string): string {
  return `{"message": ${JSON.stringify(answer.message)}, "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}

/** The gateway's own refusal of a handshake; its body has the form of an error frame. */
export function refusal(answer: GatewayAnswer, connectionId: string, requestId: string): Refusal {
  return {
    kind: 'refused',
    status: answer.status,
    headers: [
      'Content-Type',
      'application/json; charset=UTF-8',
      'x-amzn-ErrorType',
      answer.errorType,
      'x-amz-apigw-id',
      requestId,
    ],
    body: Buffer.from(errorFrame(answer, connectionId, requestId)),
  };
}

/** No such stage, or nothing deployed to it: refused before there is a connection to name. */
export function forbidden(requestId: string): Refusal {
  const { status, message, errorType } = ANSWERS.forbidden;
  return {
    kind: 'refused',
    status,
    headers: ['Content-Type', 'application/json', 'x-amzn-ErrorType', errorType, 'x-amz-apigw-id', requestId],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** Any 2xx of the `$connect` integration opens the connection; any other answer is the client's, unchanged. */
export function admission(answer: IntegrationAnswer): Admission {
  if (answer.status >= 200 && answer.status < 300) {
    const protocol = answer.headers['sec-websocket-protocol'];
    return { kind: 'accepted', protocol: typeof protocol === 'string' ? protocol : protocol?.[0] };
  }
  const headers = Object.entries(answer.headers)
    .filter(([name]) => !NOT_PASSED_ON.has(name))
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).flatMap((item) => [name, String(item)]),
    );
  return { kind: 'refused', status: answer.status, headers, body: answer.body };
}

/** What to tell a client whose message met an error on the way to its integration. */
export function answerFor(error: unknown): GatewayAnswer {
  return error instanceof IntegrationTimedOutError ? ANSWERS.integrationTimedOut : ANSWERS.integrationFailed;
}

/** Headers of the connection between gateway and integration, not of the answer. */
const NOT_PASSED_ON = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'sec-websocket-accept',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
