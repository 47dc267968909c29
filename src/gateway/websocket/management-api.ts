import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { type Clock } from '../clock.js';
import { type ControlPlane } from '../control/control-plane.js';
import { CLOSES, STILL_CONNECTING } from '../errors.js';
import { type Faults } from '../faults.js';
import { readBody } from '../http-body.js';
import { newRequestId, newTraceId } from '../ids.js';
import { LIMITS } from '../limits.js';
import { type Iam } from '../iam/iam.js';
import { IamError } from '../iam/iam-error.js';
import { type AccessLog } from '../access-log.js';
import { bodyOf } from '../recorder/body.js';
import { type Body } from '../recorder/gateway-event.js';
import { type Recorder } from '../recorder/recorder.js';
import { type KeptStep, type Story } from '../recorder/story.js';
import { type StageAddress } from '../stage-address.js';
import { type Throttle } from '../throttle.js';
import { type ConnectionIds } from './connections/connection-id.js';
import { type ConnectionServer } from './connections/connection-server.js';
import { type LiveConnection } from './connections/live-connection.js';
import { whyNotIssued } from './connections/why-not-issued.js';

/** The parts of the gateway that `@connections` uses. */
export interface ManagementApiParts {
  readonly control: ControlPlane;
  readonly connections: ConnectionServer;
  readonly ids: ConnectionIds;
  readonly iam: Iam;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly accessLog: AccessLog;
  readonly recorder: Recorder;
}

/**
 * `{stage}/@connections/{connectionId}`: POST sends a message, GET describes the connection, DELETE closes it.
 * Statuses, headers and bodies are those recorded from AWS in 2026-09: 410 and 413 have empty bodies, 413 has no
 * error type, and an id that was never issued is 400 for every caller.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ManagementApi {
  constructor(private readonly parts: ManagementApiParts) {}

  async handle(request: IncomingMessage, response: ServerResponse, address: StageAddress): Promise<void> {
    const { apiId, stage, rest } = address;
    const [, connectionId = ''] = rest;
    const story = this.parts.recorder.begin('callback', { apiId, stage, connectionId });
    await this.#serve(request, response, address, story);
    if (story) endCallback(story, response);
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    address: StageAddress,
    story: Story | undefined,
  ): Promise<void> {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('x-amzn-RequestId', randomUUID());
    const requestId = newRequestId();
    response.setHeader('x-amz-apigw-id', requestId);
    story?.identify({ requestId });
    this.#logAfterResponse(request, response, address, requestId);
    // read for GET and DELETE too, because the signature covers it, and before each check, so that it is recorded
    const body = await readBody(request, LIMITS.messageBytes);
    const recordedBody = story && body && bodyOf(body);
    story?.add(requestStep(request, recordedBody));
    if (this.parts.control.stage(address.apiId, address.stage) === undefined) {
      story?.add({ step: 'failure', reason: `there is no stage ${address.stage}` });
      return fail(response, 403, 'ForbiddenException', 'Forbidden');
    }
    const [, connectionId = ''] = address.rest;
    if (!this.parts.ids.isIssued(connectionId)) {
      story?.add({ step: 'failure', reason: whyNotIssued(connectionId) });
      return fail(response, 400, 'BadRequestException', `Invalid connectionId: ${connectionId}`);
    }
    const verb = VERBS.find((known) => known === request.method);
    if (verb === undefined) {
      story?.add({ step: 'failure', reason: `@connections has no method ${request.method}` });
      // not recorded; API Gateway's response to a method without a resource
      return fail(response, 403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    if (body === undefined) return tooLarge(response);
    const denial = this.#denial(request, body, address, verb);
    if (denial !== undefined) {
      story?.add({ step: 'signature', reason: denial.message });
      return deny(response, denial);
    }
    const latencyMs = this.parts.faults.callbackLatencyMs(connectionId);
    if (latencyMs > 0) {
      story?.add({ step: 'fault', fault: 'latencyMs', delayMs: latencyMs });
      await setTimeout(latencyMs, undefined, { ref: false });
    }
    const limit = this.parts.throttle.exceededByRequest();
    if (limit !== undefined)
      return this.#throttle(response, { step: 'failure', reason: `over ${limit}` }, story);
    if (this.parts.faults.throttlesCallback(connectionId)) {
      return this.#throttle(response, { step: 'fault', fault: 'throttle' }, story);
    }

    // the connection may belong to another stage of the API, as recorded
    const connection = this.parts.connections.get(connectionId);
    if (connection?.facts.apiId !== address.apiId || connection.isGone) {
      if (this.parts.connections.isConnecting(connectionId)) {
        story?.add({ step: 'failure', reason: STILL_CONNECTING });
      }
      return gone(response);
    }
    switch (verb) {
      case 'POST':
        // always a text message; bytes that are not UTF-8 become U+FFFD
        if (!connection.send(body.toString('utf8'))) {
          const reason = 'the client does not read, and its buffer is full';
          return this.#throttle(response, { step: 'failure', reason }, story);
        }
        if (recordedBody) story?.add({ step: 'client_frame', body: recordedBody });
        return succeed(response, 200);
      case 'GET':
        return succeed(response, 200, describe(connection));
      case 'DELETE':
        connection.close(CLOSES.deleted);
        return succeed(response, 204);
    }
    verb satisfies never;
  }

  #throttle(response: ServerResponse, why: KeptStep, story: Story | undefined): void {
    story?.add(why);
    fail(response, 429, 'LimitExceededException');
  }

  #logAfterResponse(
    { method = '', headers, socket }: IncomingMessage,
    response: ServerResponse,
    { apiId, stage, rest }: StageAddress,
    requestId: string,
  ): void {
    const format = this.parts.control.stage(apiId, stage)?.accessLog?.format;
    if (format === undefined) return;
    const [, connectionId = ''] = rest;
    const call = {
      apiId,
      stage,
      domainName: headers.host ?? '',
      method,
      connectionId,
      connectedAt: this.parts.connections.get(connectionId)?.facts.connectedAt,
      requestId,
      requestTime: this.parts.clock.now(),
      sourceIp: socket.remoteAddress ?? '',
      userAgent: headers['user-agent'],
    };
    response.once('close', () => {
      this.parts.accessLog.connectionApi(format, call, { status: response.statusCode });
    });
  }

  /** The resource ends in the literal text `{connectionId}`: a policy with an id never matches, as recorded. */
  #denial(
    { url = '', rawHeaders }: IncomingMessage,
    body: Buffer,
    { apiId, stage }: StageAddress,
    verb: string,
  ): IamError | undefined {
    if (!this.parts.iam.guardsConnections) return undefined;
    try {
      const path = `${apiId}/${stage}/${verb}/@connections/{connectionId}`;
      this.parts.iam.authorize(
        { method: verb, target: url, rawHeaders, body },
        'execute-api:ManageConnections',
        path,
      );
      return undefined;
    } catch (error) {
      if (error instanceof IamError) return error;
      throw error;
    }
  }
}

const requestStep = (
  { method = '', url = '', rawHeaders }: IncomingMessage,
  body: Body | undefined,
): KeptStep => ({
  step: 'client_request',
  method,
  url,
  headers: rawHeaders,
  ...(body && { body }),
});

function endCallback(story: Story, response: ServerResponse): void {
  const status = response.statusCode;
  const failure = story.steps.findLast((step) => step.step === 'failure');
  const reason = failure?.reason ?? response.getHeader('x-amzn-ErrorType');
  story.add({ step: 'client_response', status, headers: response.getHeaders() });
  if (status < 300) story.conclude({ result: 'done', status });
  else
    story.conclude({
      result: 'refused',
      status,
      ...(reason !== undefined && { reason: String(reason) }),
    });
  story.end();
}

const VERBS = ['POST', 'GET', 'DELETE'] as const;

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

/** As recorded, no other headers except CORS. Node would add `Keep-Alive` without an explicit `Connection`. */
function tooLarge(response: ServerResponse): void {
  for (const name of ['Content-Type', 'x-amzn-RequestId', 'x-amz-apigw-id']) response.removeHeader(name);
  response.writeHead(413, { 'Content-Length': 0, Connection: 'keep-alive' }).end();
}

/** Only IAM's own denial has a capital `Message`, as recorded. */
function deny(response: ServerResponse, { errorType, message }: IamError): void {
  if (errorType !== 'AccessDeniedException') return fail(response, 403, errorType, message);
  response.setHeader('x-amzn-ErrorType', errorType);
  end(response, 403, JSON.stringify({ Message: message }));
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
