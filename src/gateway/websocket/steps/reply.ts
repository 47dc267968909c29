import { ANSWERS, type GatewayAnswer } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { TemplateError } from '../../vtl/template-error.js';
import { IntegrationTimedOutError, UnusableAnswerError } from '../../integrations/integration-errors.js';
import { UnsupportedMediaTypeError } from './map-request.js';
import { type MappedResponse } from './map-response.js';
import { MappingFailedError } from './mapping-failed.js';

/** What becomes of a handshake. */
export type Admission =
  | {
      readonly kind: 'accepted';
      readonly protocol: string | undefined;
      /** Context variables that the connection keeps. */
      readonly authorized: Readonly<Record<string, string>>;
    }
  | Refusal;

/** An HTTP response in place of the 101. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Which rule refuses it, for the log; holds nothing that the client sent in confidence. */
  readonly reason: string;
  /** The event's id, where the handshake has come as far as the pipeline. */
  readonly requestId?: string;
  /**
   * The integration of `$connect` has accepted the client all the same, with these context variables: it has to
   * receive `$disconnect`.
   */
  readonly accepted?: Readonly<Record<string, string>>;
}

/** The text frame with which the gateway reports its own failure; the connection stays open. Spacing as recorded. */
export function errorFrame(answer: GatewayAnswer, connectionId: string, requestId: string): string {
  return `{"message": ${JSON.stringify(answer.message)}, "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}

/** The frame for a message that its route's model does not allow: it names the message, and has its own spacing. */
export function badMessageFrame(connectionId: string, messageId: string): string {
  return `{"message" : "Bad request body", "connectionId": "${connectionId}", "messageId": "${messageId}"}`;
}

/**
 * What the client of a two-way route receives: the response's body, also an empty one. What is not UTF-8 becomes U+FFFD,
 * as a text frame cannot carry it.
 *
 * @throws {MappingFailedError} over 128 KB, which no message may have; what AWS does then is not documented
 */
export function messageFrame({ body }: MappedResponse): string {
  const text = body.toString('utf8');
  // counted as it is sent: U+FFFD takes three bytes in the place of one
  if (Buffer.byteLength(text) <= LIMITS.messageBytes) return text;
  throw new MappingFailedError(
    `the answer has ${body.length} bytes; a message may have ${LIMITS.messageBytes}`,
  );
}

/**
 * The gateway's own refusal of a handshake; its body has the form of an error frame, unless it is a page.
 *
 * @param reason for the log
 */
export function refusal(
  answer: GatewayAnswer,
  connectionId: string,
  requestId: string,
  reason: string,
): Refusal {
  if (answer.isHtml) return page(answer, requestId, reason);
  return {
    kind: 'refused',
    status: answer.status,
    reason,
    requestId,
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

/** What a server in front of the gateway answers, which knows of no connection. */
function page({ status, message }: GatewayAnswer, requestId: string, reason: string): Refusal {
  const title = `${status} ${message}`;
  return {
    kind: 'refused',
    status,
    reason,
    requestId,
    headers: ['Content-Type', 'text/html'],
    body: Buffer.from(
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
    ),
  };
}

/** The request is no WebSocket handshake (RFC 6455, 4.2.1). What AWS sends is not recorded: the body says what is wrong. */
export function badHandshake(reason: string): Refusal {
  return {
    kind: 'refused',
    status: 400,
    reason,
    headers: ['Content-Type', 'application/json'],
    body: Buffer.from(JSON.stringify({ message: `Bad Request: ${reason}` })),
  };
}

/** The gateway itself stops, which AWS never does. */
export function unavailable(reason: string): Refusal {
  return {
    kind: 'refused',
    status: 503,
    reason,
    headers: ['Content-Type', 'application/json'],
    body: Buffer.from(JSON.stringify({ message: 'Service Unavailable' })),
  };
}

/**
 * No such stage, or nothing deployed to it: refused before there is a connection to name.
 *
 * @param reason for the log
 */
export function forbidden(requestId: string, reason: string): Refusal {
  const { status, message, errorType } = ANSWERS.forbidden;
  return {
    kind: 'refused',
    status,
    reason,
    requestId,
    headers: ['Content-Type', 'application/json', 'x-amzn-ErrorType', errorType, 'x-amz-apigw-id', requestId],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** Any 2xx of the `$connect` route opens the connection; any other answer is the client's, unchanged. */
export function admission(
  answer: MappedResponse,
  authorized: Readonly<Record<string, string>>,
  requestId: string,
): Admission {
  if (isSuccess(answer.status)) {
    const protocol = answer.headers['sec-websocket-protocol'];
    return {
      kind: 'accepted',
      protocol: typeof protocol === 'string' ? protocol : protocol?.[0],
      authorized,
    };
  }
  const headers = Object.entries(answer.headers)
    .filter(([name]) => !NOT_PASSED_ON.has(name))
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).flatMap((item) => [name, String(item)]),
    );
  const reason = `the integration of $connect responded with ${answer.status}`;
  return { kind: 'refused', status: answer.status, headers, body: answer.body, reason, requestId };
}

/** Whether this status of its integration means that `$connect` accepts the client. */
export const isSuccess = (status: number) => status >= 200 && status < 300;

/** What to tell a client whose message met an error on the way to its integration. */
export function answerFor(error: unknown): GatewayAnswer {
  if (error instanceof IntegrationTimedOutError) return ANSWERS.integrationTimedOut;
  if (error instanceof UnsupportedMediaTypeError) return ANSWERS.unsupportedMediaType;
  if (error instanceof UnusableAnswerError) return ANSWERS.unusableAnswer;
  const isMapping = error instanceof MappingFailedError || error instanceof TemplateError;
  return isMapping ? ANSWERS.mappingFailed : ANSWERS.integrationFailed;
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
