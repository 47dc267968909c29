import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type StageAddress } from '../api-address.js';
import { type ControlPlane } from '../control/control-plane.js';
import { CLOSES } from '../errors.js';
import { readBody } from '../http-body.js';
import { newRequestId, newTraceId } from '../ids.js';
import { LIMITS } from '../limits.js';
import { type ConnectionIds } from './connection-id.js';
import { type ConnectionServer } from './connection-server.js';
import { type LiveConnection } from './live-connection.js';

/**
 * `{stage}/@connections/{connectionId}`: POST sends a message, GET tells about the connection, DELETE closes it.
 * Statuses, headers and bodies are those recorded from AWS in 2026-09: 410 and 413 have empty bodies, 413 not even an
 * error type, and an id that was never issued is 400.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ManagementApi {
  constructor(
    private readonly control: ControlPlane,
    private readonly connections: ConnectionServer,
    private readonly ids: ConnectionIds,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse, address: StageAddress): Promise<void> {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('x-amzn-RequestId', randomUUID());
    response.setHeader('x-amz-apigw-id', newRequestId());
    if (this.control.stage(address.apiId, address.stage) === undefined) {
      return fail(response, 403, 'ForbiddenException', 'Forbidden');
    }
    const [, connectionId = ''] = address.rest;
    if (!this.ids.isIssued(connectionId)) {
      return fail(response, 400, 'BadRequestException', `Invalid connectionId: ${connectionId}`);
    }
    // any stage of the API will do, as recorded
    const connection = this.connections.get(connectionId);
    const open = connection?.facts.apiId === address.apiId && !connection.isGone ? connection : undefined;
    switch (request.method) {
      case 'POST':
        return post(open, request, response);
      case 'GET':
        if (open === undefined) return gone(response);
        return succeed(response, 200, describe(open));
      case 'DELETE':
        if (open === undefined) return gone(response);
        open.close(CLOSES.deleted);
        return succeed(response, 204);
      default:
        // not recorded; this is what API Gateway answers to a method that has no resource
        return fail(response, 403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
  }
}

async function post(
  connection: LiveConnection | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, LIMITS.messageBytes);
  if (body === undefined) {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.writeHead(413, { 'Content-Length': 0 }).end();
    return;
  }
  if (connection === undefined || connection.isGone) return gone(response);
  // always a text message: bytes that are not UTF-8 become U+FFFD
  if (!connection.send(body.toString('utf8'))) return fail(response, 429, 'LimitExceededException');
  succeed(response, 200);
}

/** Pretty-printed with a space before the colon, as recorded. */
function describe({ facts, lastActiveAt }: LiveConnection): string {
  const userAgent =
    facts.userAgent === undefined ? '' : `,\n    "userAgent" : ${JSON.stringify(facts.userAgent)}`;
  return `{
  "identity" : {
    "sourceIp" : ${JSON.stringify(facts.sourceIp)}${userAgent}
  },
  "connectedAt" : "${new Date(facts.connectedAt).toISOString()}",
  "lastActiveAt" : "${new Date(lastActiveAt).toISOString()}"
}`;
}

function succeed(response: ServerResponse, status: number, body = ''): void {
  response.setHeader('X-Amzn-Trace-Id', newTraceId());
  end(response, status, body);
}

function gone(response: ServerResponse): void {
  response.setHeader('x-amzn-ErrorType', 'GoneException');
  response.setHeader('X-Amzn-Trace-Id', newTraceId());
  end(response, 410, '');
}

function fail(response: ServerResponse, status: number, errorType: string, message?: string): void {
  response.setHeader('x-amzn-ErrorType', errorType);
  end(response, status, message === undefined ? '' : JSON.stringify({ message }));
}

function end(response: ServerResponse, status: number, body: string): void {
  // a 204 has no length
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status).end(body);
}
