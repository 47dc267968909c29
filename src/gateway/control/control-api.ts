import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { badRequest, ControlError } from './control-error.js';
import { type ControlPlane } from './control-plane.js';
import { isJsonObject, type JsonObject } from './fields/fields.js';
import { type ControlResponse } from './operations/control-request.js';
import { dispatchOperation } from './operations/dispatch-operation.js';

/**
 * Whether a request is the control plane's: by its path, or by its signature, so that v1 operations that are not
 * supported are refused as such. A stage may be called `v2`: its `@connections` are not the control plane's.
 *
 * @param authorization the header
 */
export function isControlRequest(pathname: string, authorization = ''): boolean {
  return CONTROL_PATH.test(pathname) || CONTROL_SIGNATURE.test(authorization);
}

const CONTROL_PATH = /^\/(v2|vpclinks|apikeys|usageplans)(?!\/(@|%40)connections(\/|$))(\/|$)/;
const CONTROL_SIGNATURE = /^AWS4-HMAC-SHA256 +Credential=[^\s,]+\/apigateway\/aws4_request\b/;

/**
 * The HTTP API of the control plane, as the SDKs and the `aws` command speak it (rest-json): of API Gateway v2 what
 * WebSocket and HTTP APIs need, and of v1 VPC links, API keys and usage plans. The front has checked who may call.
 *
 * @returns what was sent
 * @throws what no answer foresees, once the client has got its 500
 * @see https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html
 */
export function handleControlRequest(
  controlPlane: ControlPlane,
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): ControlResponse {
  try {
    const [path = '', query] = url.split(/\?(.*)/s);
    const segments = path.slice(1).split('/').map(decodeSegment);
    const searchParams = new URLSearchParams(query);
    return send(
      response,
      dispatchOperation(controlPlane, { method, segments, searchParams, json: () => parseJson(body) }),
    );
  } catch (error) {
    if (error instanceof ControlError) return sendError(response, error);
    sendError(
      response,
      new ControlError('InternalServerErrorException', 'the gateway failed; its log says why'),
    );
    throw error;
  }
}

function send(
  response: ServerResponse,
  sent: ControlResponse,
  headers: Record<string, string> = {},
): ControlResponse {
  const { status, body, document } = sent;
  response.statusCode = status;
  response.setHeaders(new Map(Object.entries({ 'x-amzn-RequestId': randomUUID(), ...headers })));
  if (document !== undefined) response.setHeader('Content-Type', document.contentType).end(document.text);
  else if (body === undefined) response.end();
  else response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
  return sent;
}

/** The SDKs select their error class by `x-amzn-ErrorType`. */
function sendError(
  response: ServerResponse,
  { status, errorType, message, details }: ControlError,
): ControlResponse {
  const { allow, ...members } = details;
  const headers = { 'x-amzn-ErrorType': errorType, ...(allow !== undefined && { Allow: allow }) };
  return send(response, { status, body: { message, ...members } }, headers);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`the path has '${segment}', which is not valid percent-encoding`);
  }
}

function parseJson(body: Buffer): JsonObject {
  let json: unknown;
  try {
    // without a body the error names the missing fields
    json = body.length === 0 ? {} : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ControlError('SerializationException', 'the body is not JSON');
  }
  if (isJsonObject(json)) return json;
  throw new ControlError('SerializationException', 'the body is not a JSON object');
}
