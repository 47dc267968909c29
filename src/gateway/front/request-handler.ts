import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { type AdminApi } from '../admin/admin-api.js';
import { handleControlRequest } from '../control/control-api.js';
import { type ControlPlane } from '../control/control-plane.js';
import { FORBIDDEN_ERROR_TYPE, GATEWAY_RESPONSES } from '../errors.js';
import { sendJson } from '../http-body.js';
import { newRequestId } from '../ids.js';
import { bodyOf } from '../recorder/body.js';
import { type Recorder } from '../recorder/recorder.js';
import { MISSING_UPGRADE } from '../silent/websocket-choices.js';
import { type HttpApiServer } from '../http/http-api-server.js';
import { type Refusal } from '../websocket/admission.js';
import { type ConnectionServer } from '../websocket/connections/connection-server.js';
import { handshakeProblem, urlProblem } from '../websocket/handshake-request.js';
import { type ManagementApi } from '../websocket/management-api.js';
import { endRefused, handshakeStep } from '../websocket/recorded-steps.js';
import { refuseHandshake } from '../websocket/refuse-handshake.js';
import { badHandshake, forbidden, urlTooLong } from '../websocket/steps/handshake-reply.js';
import { type Access } from './access.js';
import { locateHttpApi, namedHttpApi } from './locate-http-api.js';
import { locateStage, type StageLocation } from './locate-stage.js';
import { afterPendingResponses, pendingResponse } from './pending-response.js';
import { surfaceOf } from './surface.js';

/** The destinations of requests. */
export interface RequestHandlerParts {
  readonly control: ControlPlane;
  /** The API that a request addresses when neither its `Host` nor its path names one. */
  readonly defaultApi: string | undefined;
  readonly access: Access;
  readonly admin: AdminApi;
  readonly management: ManagementApi;
  readonly connections: ConnectionServer;
  readonly recorder: Recorder;
  readonly httpApis: HttpApiServer;
  readonly log: Logger;
}

/**
 * Handles every request at the gateway's port: requests to HTTP APIs, WebSocket handshakes at `/{stage}`, callbacks at
 * `/{stage}/@connections/{connectionId}`, the control plane at `/v2/…` and `/vpclinks`, the gateway's own API at
 * `/_gateway/…`. None of these paths hides a route of an HTTP API that the request names.
 */
export class RequestHandler {
  constructor(private readonly parts: RequestHandlerParts) {}

  /** Never rejects: an unexpected error is logged, and the client receives 500. */
  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { control, defaultApi, access, admin, management, httpApis, log } = this.parts;
    try {
      const { url: target = '' } = request;
      const { host = '', authorization } = request.headers;
      const httpApi = locateHttpApi(target, host, control, defaultApi, authorization);
      if (httpApi !== undefined) return await httpApis.serve(request, response, httpApi);
      const url = requestUrl(request);
      const { address, reason } = this.#locate(url, request);
      const surface = url && surfaceOf(url, address, authorization);
      if (url === undefined || surface === undefined) {
        const isStage = address?.rest.length === 0;
        return this.#refuse(request, response, isStage, reason ?? notAWebSocketPath(address?.stage));
      }
      const body = await access.admit(request, response, surface, url.pathname);
      if (body === undefined) return;
      if (surface === 'control') this.#control(request, response, body);
      else if (surface === 'admin') await admin.handle(request, response, url, body);
      else if (address) await management.handle(request, response, address);
    } catch (error) {
      // not an error: the client left before it had sent the whole request
      if (request.destroyed && !request.complete) return;
      log.error({ err: error, method: request.method }, 'request failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { message: 'Internal server error' });
    }
  }

  /**
   * Whether a request that offers a WebSocket is a handshake. HTTP APIs have no WebSockets: there it is a request as any
   * other (H4.21), also if the request names none and there is no WebSocket API that it could be for.
   */
  isHandshake({ headers, url = '' }: IncomingMessage): boolean {
    const { host = '', upgrade = '', authorization } = headers;
    if (!/websocket/i.test(upgrade)) return false;
    const { control, defaultApi } = this.parts;
    const httpApi = control.apiIds().every((apiId) => control.isHttpApi(apiId))
      ? locateHttpApi(url, host, control, defaultApi, authorization)
      : namedHttpApi(url, host, control);
    return httpApi === undefined;
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // until the WebSocket takes over, an error means that the client has left; the next write fails
    socket.on('error', () => undefined);
    const { address, reason } = this.#locate(requestUrl(request), request);
    if (pendingResponse(socket)) {
      // a 101 before the response would put the response among the frames
      const refusal = badHandshake('an earlier request of this connection has no response yet');
      afterPendingResponses(socket, () => this.#refuseHandshake(request, socket, refusal));
    } else if (address === undefined || address.rest.length > 0) {
      const refusal = forbidden(newRequestId(), reason ?? notAWebSocketPath(address?.stage));
      this.#refuseHandshake(request, socket, refusal);
    } else {
      const { apiId, stage } = address;
      const invalid = this.#invalid(request, apiId);
      if (invalid === undefined) this.parts.connections.upgrade(request, socket, head, address);
      else this.#refuseHandshake(request, socket, invalid, { apiId, stage });
    }
  }

  /** The refusal of a handshake that no stage would serve. */
  #invalid(request: IncomingMessage, apiId: string): Refusal | undefined {
    const tooLong = urlProblem(request, this.parts.control.api(apiId)?.ApiEndpoint ?? '');
    if (tooLong !== undefined) return urlTooLong(tooLong);
    const problem = handshakeProblem(request);
    return problem === undefined ? undefined : badHandshake(problem);
  }

  /** @param place for log and record, if the stage is known */
  #refuseHandshake(
    request: IncomingMessage,
    socket: Socket,
    refusal: Refusal,
    place: { readonly apiId?: string; readonly stage?: string } = {},
  ): void {
    const story = this.parts.recorder.begin('handshake', place);
    story?.add(handshakeStep(request));
    endRefused(story, refusal);
    refuseHandshake(request, socket, refusal, this.parts.log, place);
  }

  /** Records the request if it is not one that only reads. */
  #control(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const { method = '', url = '' } = request;
    const [, apiId] = url.match(/^\/v2\/apis\/([a-z0-9]+)/) ?? [];
    const isRead = method === 'GET' || method === 'HEAD';
    const story = isRead
      ? undefined
      : this.parts.recorder.begin('control', apiId === undefined ? {} : { apiId });
    const sent = handleControlRequest(this.parts.control, request, response, body);
    if (story === undefined) return;
    const { status } = sent;
    const sentText = sent.document?.text ?? (sent.body && JSON.stringify(sent.body));
    story.add({ step: 'client_request', method, url, ...(body.length > 0 && { body: bodyOf(body) }) });
    story.add({
      step: 'client_response',
      status,
      ...(sentText !== undefined && { body: bodyOf(sentText) }),
    });
    story.conclude({ result: status < 400 ? 'done' : 'refused', status });
    story.end();
  }

  #locate(url: URL | undefined, { headers }: IncomingMessage): StageLocation {
    if (url === undefined) return { reason: 'the request target is not a path' };
    return locateStage(url, headers.host ?? '', this.parts.control, this.parts.defaultApi);
  }

  /** Refuses a request that is neither a command nor a handshake. */
  #refuse(request: IncomingMessage, response: ServerResponse, isStage: boolean, whyNoStage: string): void {
    const { method, headers, url = '' } = request;
    const [path] = url.split('?');
    const isUpgradeMissing = isStage && method === 'GET';
    const status = isUpgradeMissing ? MISSING_UPGRADE.status : GATEWAY_RESPONSES.forbidden.status;
    const whyNoHandshake = isUpgradeMissing
      ? 'not a WebSocket handshake: the header Upgrade is missing'
      : `a stage supports GET, not ${method}`;
    const reason = isStage ? whyNoHandshake : whyNoStage;
    this.parts.log.info({ status, reason, method, path, host: headers.host }, 'request refused');
    const step = { step: 'client_request' as const, method: method ?? '', url, headers: request.rawHeaders };
    this.parts.recorder.note('request', step, { result: 'refused', status, reason });
    if (isUpgradeMissing) {
      response.setHeader('Upgrade', 'websocket').setHeader('Connection', 'Upgrade');
      sendJson(response, status, { message: MISSING_UPGRADE.message });
    } else {
      const { message } = GATEWAY_RESPONSES.forbidden;
      response
        .setHeader('x-amzn-ErrorType', FORBIDDEN_ERROR_TYPE)
        .setHeader('x-amz-apigw-id', newRequestId());
      sendJson(response, status, { message });
    }
  }
}

const notAWebSocketPath = (stage: string | undefined) => `the path continues after the stage ${stage}`;

function requestUrl(request: IncomingMessage): URL | undefined {
  const text = `http://gateway${request.url}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}
