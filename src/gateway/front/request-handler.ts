import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { type AdminApi } from '../admin/admin-api.js';
import { handleControlRequest } from '../control/control-api.js';
import { type ControlPlane } from '../control/control-plane.js';
import { FORBIDDEN_ERROR_TYPE, GATEWAY_RESPONSES } from '../errors.js';
import { sendJson } from '../http-body.js';
import { newRequestId } from '../ids.js';
import { MISSING_UPGRADE } from '../silent/websocket-choices.js';
import { type Refusal } from '../websocket/admission.js';
import { type ConnectionServer } from '../websocket/connections/connection-server.js';
import { handshakeProblem, urlProblem } from '../websocket/handshake-request.js';
import { type ManagementApi } from '../websocket/management-api.js';
import { refuseHandshake } from '../websocket/refuse-handshake.js';
import { badHandshake, forbidden, urlTooLong } from '../websocket/steps/handshake-reply.js';
import { type Access } from './access.js';
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
  readonly log: Logger;
}

/**
 * Handles every request at the gateway's port: WebSocket handshakes at `/{stage}`, callbacks at
 * `/{stage}/@connections/{connectionId}`, the control plane at `/v2/…` and `/vpclinks`, the gateway's own API at
 * `/_gateway/…`.
 */
export class RequestHandler {
  constructor(private readonly parts: RequestHandlerParts) {}

  /** Never rejects: an unexpected error is logged, and the client receives 500. */
  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { control, access, admin, management, log } = this.parts;
    try {
      const url = requestUrl(request);
      const { address, reason } = this.#locate(url, request);
      const surface = url && surfaceOf(url, address, request.headers.authorization);
      if (url === undefined || surface === undefined) {
        const isStage = address?.rest.length === 0;
        return this.#refuse(request, response, isStage, reason ?? notAWebSocketPath(address?.stage));
      }
      const body = await access.admit(request, response, surface, url.pathname);
      if (body === undefined) return;
      if (surface === 'control') handleControlRequest(control, request, response, body);
      else if (surface === 'admin') admin.handle(request, response, url.pathname, body);
      else if (address) await management.handle(request, response, address);
    } catch (error) {
      // not an error: the client left before it had sent the whole request
      if (request.destroyed && !request.complete) return;
      log.error({ err: error, method: request.method }, 'request failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { message: 'Internal server error' });
    }
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // until the WebSocket takes over, an error means that the client has left; the next write fails
    socket.on('error', () => undefined);
    const { address, reason } = this.#locate(requestUrl(request), request);
    const { connections, log } = this.parts;
    if (pendingResponse(socket)) {
      // a 101 before the response would put the response among the frames
      const refusal = badHandshake('an earlier request of this connection has no response yet');
      afterPendingResponses(socket, () => refuseHandshake(request, socket, refusal, log));
    } else if (address === undefined || address.rest.length > 0) {
      const refusal = forbidden(newRequestId(), reason ?? notAWebSocketPath(address?.stage));
      refuseHandshake(request, socket, refusal, log);
    } else {
      const { apiId, stage } = address;
      const invalid = this.#invalid(request, apiId);
      if (invalid === undefined) connections.upgrade(request, socket, head, address);
      else refuseHandshake(request, socket, invalid, log, { apiId, stage });
    }
  }

  /** The refusal of a handshake that no stage would serve. */
  #invalid(request: IncomingMessage, apiId: string): Refusal | undefined {
    const tooLong = urlProblem(request, this.parts.control.api(apiId)?.ApiEndpoint ?? '');
    if (tooLong !== undefined) return urlTooLong(tooLong);
    const problem = handshakeProblem(request);
    return problem === undefined ? undefined : badHandshake(problem);
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
