import { type AccessLog } from '../access-log.js';
import { type Clock } from '../clock.js';
import { type ServedStage } from '../control/control-plane.js';
import { type DeployedIntegration } from '../control/snapshot.js';
import { type Close, GATEWAY_RESPONSES, type GatewayResponse } from '../errors.js';
import { newMessageId, newRequestId } from '../ids.js';
import { type BackendResponse } from '../integrations/backend-response.js';
import { findTarget } from '../integrations/find-target.js';
import { type IntegrationClient } from '../integrations/integration-client.js';
import { isOutcomeUnknown, isUnreachable } from '../integrations/integration-errors.js';
import { requestStep, responseStep } from '../integrations/recorded-call.js';
import { type TargetPool } from '../integrations/target-pool.js';
import {
  type ConnectionFacts,
  type ContextVariables,
  type EventFacts,
} from '../mapping/context-variables.js';
import { type Story } from '../recorder/story.js';
import { isAccepting } from '../silent/websocket-choices.js';
import { type ThrottledRoute } from '../throttle.js';
import { type Admission, type Refusal } from './admission.js';
import { type ClientMessage, readMessage } from './client-message.js';
import { type DeployedStage, deployedStage, whyNotDeployed } from './deployed-stage.js';
import { EventLog } from './event-log.js';
import { type HandshakeRequest } from './handshake-request.js';
import { failureStep } from './recorded-steps.js';
import { type HandshakeEvent, type RouteEvent } from './route-event.js';
import { authorize, type AuthorizationParts } from './steps/authorize.js';
import { errorResponse, reasonOf } from './steps/error-response.js';
import { EventRejectedError } from './steps/event-rejected-error.js';
import { admission, forbidden, refusal } from './steps/handshake-reply.js';
import { mapRequest } from './steps/map-request.js';
import { mapResponse } from './steps/map-response.js';
import { badMessageFrame, errorFrame, replyFrame } from './steps/message-reply.js';
import { requireParameters } from './steps/require-parameters.js';
import { selectRoute } from './steps/select-route.js';
import { validateMessage } from './steps/validate-message.js';

/** The parts of the gateway that the steps use. */
export interface PipelineParts extends AuthorizationParts {
  readonly integrations: IntegrationClient;
  readonly targets: TargetPool;
  readonly clock: Clock;
  readonly accessLog: AccessLog;
}

/**
 * The order of the steps, which is AWS's. A step is a function from a value to the next value.
 *
 *     handshake → throttle → authorize → require-parameters
 *                 → map-request → find-target → call → map-response → handshake-reply: 101, or a refusal
 *     message   → select-route → throttle → validate-message
 *                 → map-request → find-target → call → map-response → message-reply: a frame, or none
 *     close     → map-request → find-target → call
 *
 * The routes are those of the deployment that the stage serves at that moment, also for connections that are older.
 */
export class Pipeline {
  readonly #log: EventLog;

  constructor(private readonly parts: PipelineParts) {
    this.#log = new EventLog(parts.log, parts.accessLog);
  }

  /**
   * The handshake's 101, or its refusal.
   *
   * @param whenCalled the integration of `$connect` is called with these variables of the connection: from now on the
   *   backend may accept it
   * @param story receives the steps
   */
  async connect(
    connection: ConnectionFacts,
    handshake: HandshakeRequest,
    whenCalled: (authorized: ContextVariables) => void,
    story?: Story,
  ): Promise<Admission> {
    const facts = this.#facts('CONNECT', '$connect');
    story?.identify(facts);
    const { control } = this.parts;
    const stage = deployedStage(control, connection);
    if (stage === undefined) return forbidden(facts.requestId, whyNotDeployed(control, connection));
    const event = { connection, facts, stageVariables: stage.stageVariables, handshake, story };
    try {
      return await this.#admit(stage, event, whenCalled);
    } catch (error) {
      return this.#refuse(error, stage, event);
    }
  }

  /**
   * @param story receives the steps and the outcome; the caller ends it when it has sent the frame
   * @returns the frame for the client, if there is one
   */
  async message(connection: ConnectionFacts, text: string, story?: Story): Promise<string | undefined> {
    let facts: EventFacts = { ...this.#facts('MESSAGE', ''), messageId: newMessageId() };
    story?.identify(facts);
    story?.add({ step: 'frame', body: story.body(text) });
    const stage = deployedStage(this.parts.control, connection);
    try {
      const message = readMessage(text);
      const route = stage && selectRoute(stage.snapshot, message, story);
      facts = { ...facts, routeKey: route?.routeKey ?? '' };
      story?.identify(facts);
      const limit = this.parts.throttle.exceededByRequest(
        stage && route && throttled(stage, connection, route.routeKey),
      );
      if (limit !== undefined) throw rejected('throttled', `over ${limit}`);
      if (stage === undefined) throw rejected('forbidden', whyNotDeployed(this.parts.control, connection));
      if (route === undefined) throw rejected('forbidden', noRoute(message));

      const problem = validateMessage(route.models, message);
      if (route.models) story?.add({ step: 'model', ...(problem !== undefined && { problem }) });
      if (problem !== undefined) {
        story?.conclude({ result: 'error_frame', status: 400, reason: problem });
        return this.#rejectBadMessage(stage, connection, facts, problem);
      }
      if (route.integration === undefined) throw rejected('noIntegration', 'the route has no integration');

      const event = { connection, facts, stageVariables: stage.stageVariables, message, story };
      const { response, latencyMs } = await this.#call(route.integration, event);
      const frame = replyFrame(route, response, event);
      story?.conclude(
        frame === undefined
          ? { result: 'dropped', status: response.status, reason: 'the route is one-way' }
          : { result: 'replied', status: response.status },
      );
      this.#log.access(stage, connection, facts, {
        status: response.status,
        integrationLatencyMs: latencyMs,
      });
      return frame;
    } catch (error) {
      const response = this.#fail(error, stage, connection, facts);
      story?.add(failureStep(error));
      story?.conclude({ result: 'error_frame', status: response.status, reason: reasonOf(error) });
      this.#log.errorFrame(connection, facts, response.message, reasonOf(error));
      return errorFrame(response, connection.connectionId, facts.requestId);
    }
  }

  /**
   * Calls `$disconnect` for a connection that is already closed; no one waits for the response.
   *
   * @param lastStage the connection's stage, if it was deleted, as it was served last
   * @param story receives the steps and the outcome, and is ended
   */
  async disconnect(
    connection: ConnectionFacts,
    close: Close,
    lastStage?: ServedStage,
    story?: Story,
  ): Promise<void> {
    const facts = { ...this.#facts('DISCONNECT', '$disconnect'), close };
    story?.identify(facts);
    const stage = deployedStage(this.parts.control, connection, lastStage);
    if (stage === undefined) {
      story?.conclude({ result: 'not_called', reason: whyNotDeployed(this.parts.control, connection) });
      story?.end();
      return;
    }
    try {
      const { stageVariables } = stage;
      const integration = stage.snapshot.routes.get('$disconnect')?.integration;
      const called =
        integration && (await this.#call(integration, { connection, facts, stageVariables, story }));
      story?.conclude(
        called === undefined
          ? { result: 'not_called', reason: 'there is no route $disconnect with an integration' }
          : { result: 'dropped', status: called.response.status, reason: 'the client is gone' },
      );
      this.#log.access(stage, connection, facts, {
        status: called?.response.status ?? 200,
        integrationLatencyMs: called?.latencyMs,
      });
    } catch (error) {
      const { status } = this.#fail(error, stage, connection, facts);
      story?.add(failureStep(error));
      story?.conclude({ result: 'failed', status, reason: reasonOf(error) });
    }
    story?.end();
  }

  /** The steps of `$connect`. */
  async #admit(
    stage: DeployedStage,
    event: HandshakeEvent,
    whenCalled: (authorized: ContextVariables) => void,
  ): Promise<Admission> {
    const { connection, facts, handshake } = event;
    const limit = this.parts.throttle.exceededByConnection(throttled(stage, connection, '$connect'));
    if (limit !== undefined) throw rejected('throttled', `over ${limit}`);
    const route = stage.snapshot.routes.get('$connect');
    if (route === undefined) return this.#admitted(stage, event, accepted());

    const authorization = await authorize(route, stage.snapshot, event, this.parts);
    const { variables, connectVariables, logVariables } = authorization;
    requireParameters(route, handshake);
    if (route.integration === undefined) {
      return this.#admitted(stage, event, accepted(variables), { logVariables });
    }
    const authorized = {
      ...event,
      connection: { ...connection, authorized: { ...variables, ...connectVariables } },
    };
    let mayHaveAccepted = false;
    try {
      whenCalled(variables);
      const { response, latencyMs } = await this.#call(route.integration, authorized);
      mayHaveAccepted = isAccepting(response.status);
      const mapped = mapResponse(route.integration, response, authorized);
      const result = admission(mapped, variables, facts.requestId);
      return this.#admitted(stage, event, result, { logVariables, latencyMs });
    } catch (error) {
      const refused = this.#refuse(error, stage, event);
      return mayHaveAccepted || isOutcomeUnknown(error)
        ? { ...refused, mayHaveAccepted: variables }
        : refused;
    }
  }

  #admitted(
    stage: DeployedStage,
    { connection, facts }: HandshakeEvent,
    result: Admission,
    { logVariables, latencyMs }: CallLog = {},
  ): Admission {
    const [status, variables] = result.kind === 'refused' ? [result.status, {}] : [200, result.authorized];
    const authorized = { ...variables, ...logVariables };
    const outcome = { status, integrationLatencyMs: latencyMs };
    this.#log.access(stage, { ...connection, authorized }, facts, outcome);
    return result;
  }

  #refuse(error: unknown, stage: DeployedStage, { connection, facts, story }: HandshakeEvent): Refusal {
    const response = this.#fail(error, stage, connection, facts);
    story?.add(failureStep(error));
    return refusal(response, connection.connectionId, facts.requestId, reasonOf(error));
  }

  #rejectBadMessage(
    stage: DeployedStage,
    connection: ConnectionFacts,
    facts: EventFacts,
    problem: string,
  ): string {
    const outcome = { status: 400, error: 'Bad request body', validationError: problem };
    this.#log.access(stage, connection, facts, outcome);
    this.#log.errorFrame(connection, facts, outcome.error, `the route's model: ${problem}`);
    return badMessageFrame(connection.connectionId, facts.messageId ?? '');
  }

  /** Logs an event that failed or was rejected. @returns the response that its client receives */
  #fail(
    error: unknown,
    stage: DeployedStage | undefined,
    connection: ConnectionFacts,
    facts: EventFacts,
  ): GatewayResponse {
    const response = errorResponse(error);
    this.#log.failed(connection, facts, error);
    const logVariables = error instanceof EventRejectedError ? error.logVariables : {};
    const authorized = { ...connection.authorized, ...logVariables };
    const outcome = { status: response.status, error: response.message };
    this.#log.access(stage, { ...connection, authorized }, facts, outcome);
    return response;
  }

  async #call(integration: DeployedIntegration, event: RouteEvent): Promise<Called> {
    const { control, targets, integrations } = this.parts;
    if (event.story) event.story.variables = [event.connection.authorized, event.stageVariables];
    const request = mapRequest(integration, event);
    event.story?.add(requestStep(request, event.story));
    const target =
      request.kind === 'http'
        ? findTarget(request.url, request.vpcLinkId, (linkId) => control.vpcLink(linkId), targets)
        : undefined;
    if (request.kind === 'http' && request.vpcLinkId !== undefined && target !== undefined) {
      const { origin } = target;
      event.story?.add({ step: 'target', vpcLinkId: request.vpcLinkId, origin });
    }
    const startedAt = performance.now();
    const { connectionId } = event.connection;
    const { routeKey } = event.facts;
    const response = await integrations
      .call(request, { connectionId, routeKey }, target?.origin)
      .catch((error: unknown) => {
        if (isUnreachable(error)) target?.failed();
        throw error;
      });
    const latencyMs = performance.now() - startedAt;
    event.story?.add(responseStep(response, latencyMs, event.story));
    this.#log.responded(event, integration, response.status, latencyMs);
    return { response, latencyMs };
  }

  #facts(eventType: EventFacts['eventType'], routeKey: string): EventFacts {
    return { eventType, routeKey, requestId: newRequestId(), requestTime: this.parts.clock.now() };
  }
}

interface Called {
  readonly response: BackendResponse;
  readonly latencyMs: number;
}

interface CallLog {
  readonly logVariables?: Readonly<Record<string, string>> | undefined;
  readonly latencyMs?: number;
}

const accepted = (authorized: ContextVariables = {}): Admission => ({
  kind: 'accepted',
  protocol: undefined,
  authorized,
});

const rejected = (response: keyof typeof GATEWAY_RESPONSES, reason: string) =>
  new EventRejectedError(GATEWAY_RESPONSES[response], reason);

const noRoute = ({ json }: ClientMessage) =>
  json === undefined
    ? 'the message is not JSON, and there is no route $default'
    : 'no route has the key that the route selection expression yields, and there is no route $default';

const throttled = (
  stage: DeployedStage,
  { apiId, stage: stageName }: ConnectionFacts,
  routeKey: string,
): ThrottledRoute => ({ apiId, stage: stageName, routeKey, settings: stage.routeSettings(routeKey) });
