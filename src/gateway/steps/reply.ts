import { ANSWERS, type GatewayAnswer } from '../errors.js';
import { LIMITS } from '../limits.js';
import { TemplateError } from '../templates/template-error.js';
import { IntegrationTimedOutError, UnusableAnswerError } from './integration-errors.js';
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

/** The gateway's own refusal of a handshake; its body has the form of an error frame, unless it is a page. */
export function refusal(answer: GatewayAnswer, connectionId: string, requestId: string): Refusal {
  if (answer.isHtml) return page(answer);
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

/** What a server in front of the gateway answers, which knows of no connection. */
function page({ status, message }: GatewayAnswer): Refusal {
  const title = `${status} ${message}`;
  return {
    kind: 'refused',
    status,
    headers: ['Content-Type', 'text/html'],
    body: Buffer.from(
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
    ),
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

/** Any 2xx of the `$connect` route opens the connection; any other answer is the client's, unchanged. */
export function admission(answer: MappedResponse, authorized: Readonly<Record<string, string>>): Admission {
  if (answer.status >= 200 && answer.status < 300) {
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
  return { kind: 'refused', status: answer.status, headers, body: answer.body };
}

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
