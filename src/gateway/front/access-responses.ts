import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { sendJson } from '../http-body.js';
import { newRequestId } from '../ids.js';
import { type AccessRefused, REFUSALS } from './access-refused.js';
import { type Surface } from './surface.js';

/** Sends a problem (RFC 9457) under `/_gateway/`, and elsewhere an error in AWS's form, which SDKs understand. */
export function sendRefusal(
  response: ServerResponse,
  surface: Surface,
  { reason, message, errorType }: AccessRefused,
): void {
  const { status, title } = REFUSALS[reason];
  if (surface === 'admin') {
    if (reason === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
    const problem = { title, status, code: reason, detail: message };
    return sendJson(response, status, problem, 'application/problem+json');
  }
  response.setHeader('x-amzn-RequestId', randomUUID()).setHeader('x-amzn-ErrorType', errorType);
  if (surface === 'connections') response.setHeader('x-amz-apigw-id', newRequestId());
  // AWS responds with 403 here
  sendJson(response, reason === 'unauthorized' ? 403 : status, { message });
}

/** Allows a page of this origin to read the response. */
export function setCorsHeaders(response: ServerResponse, origin: string): void {
  response
    .setHeader('Access-Control-Allow-Origin', origin)
    .setHeader('Access-Control-Expose-Headers', '*')
    .setHeader('Vary', 'Origin');
}

/** Responds to a CORS preflight request. */
export function sendPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  const { 'access-control-request-headers': requestHeaders } = headers;
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE');
  // by name: a star does not include Authorization
  if (requestHeaders !== undefined) response.setHeader('Access-Control-Allow-Headers', requestHeaders);
  response.writeHead(204).end();
}
