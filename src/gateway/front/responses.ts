import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { newRequestId } from '../ids.js';
import { type AccessRefused, REFUSALS } from './access-refused.js';

/** A problem (RFC 9457) under `/_gateway/`; elsewhere in the form of AWS's own errors, so that SDKs understand it. */
export function sendRefusal(
  response: ServerResponse,
  surface: 'admin' | 'control' | 'connections',
  { reason, message, errorType }: AccessRefused,
): void {
  const { status, title } = REFUSALS[reason];
  if (surface === 'admin') {
    if (reason === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
    return send(response, status, 'application/problem+json', {
      title,
      status,
      code: reason,
      detail: message,
    });
  }
  response.setHeader('x-amzn-RequestId', randomUUID()).setHeader('x-amzn-ErrorType', errorType);
  if (surface === 'connections') response.setHeader('x-amz-apigw-id', newRequestId());
  // AWS has no 401 here
  send(response, reason === 'unauthorized' ? 403 : status, 'application/json', { message });
}

/** Lets a page of this origin read the response. */
export function setCorsHeaders(response: ServerResponse, origin: string): void {
  response
    .setHeader('Access-Control-Allow-Origin', origin)
    .setHeader('Access-Control-Expose-Headers', '*')
    .setHeader('Vary', 'Origin');
}

/** What a browser asks before a request that a form could not send. */
export function sendPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  const { 'access-control-request-headers': requestHeaders } = headers;
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE');
  // by name: a star does not stand for Authorization
  if (requestHeaders !== undefined) response.setHeader('Access-Control-Allow-Headers', requestHeaders);
  response.writeHead(204).end();
}

function send(response: ServerResponse, status: number, type: string, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}
