import { type Clock } from '../clock.js';
import { type ServedStage } from '../control/control-plane.js';
import { type DeployedIntegration, type DeployedRoute, type Snapshot } from '../control/snapshot.js';
import { ANSWERS, type Close, type GatewayAnswer } from '../errors.js';
import { newMessageId, newRequestId } from '../ids.js';
import { type ConnectionFacts, type EventFacts } from '../mapping/context-variables.js';
import { type AccessLog, type Outcome } from '../access-log.js';
import { authorize, type Authorizers } from './steps/authorize.js';
import { type IntegrationAnswer, type IntegrationClient } from '../integrations/integration-client.js';
import { findTarget, type Targets } from '../integrations/find-target.js';
import { type Handshake, mapRequest, type RouteEvent } from './steps/map-request.js';
import { mapResponse } from './steps/map-response.js';
import { AcceptedInVainError } from './steps/accepted-in-vain-error.js';
import { Refused } from './steps/refused.js';
import {
  type Admission,
  admission,
  answerFor,
  badMessageFrame,
  errorFrame,
  forbidden,
  isSuccess,
  messageFrame,
  refusal,
} from './steps/reply.js';
import { requireParameters } from './steps/require-parameters.js';
import { type Message, readMessage, selectRoute } from './steps/select-route.js';
import { validateMessage } from './steps/validate-message.js';
import { TemplateError } from '../vtl/template-error.js';
import { type ThrottledRoute } from '../throttle.js';

/** What the steps need of the gateway. */
export interface PipelineParts extends Authorizers {
  readonly integrations: IntegrationClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly accessLog: AccessLog;
}

/**
 * A frame's way through the gateway, in AWS's order. Each step is a function from a value to the next value; what
 * follows what is said here and nowhere else.
 *
 *     handshake → throttle → authorize → require-parameters
 *                 → map-request → find-target → call-integration → map-response → reply: 101, or a refusal
 *     message   → select-route → throttle → validate-message
 *                 → map-request → find-target → call-integration → map-response → reply: a frame, or nothing
 *     close     → map-request → find-target → call-integration
 *
 * The routes are those of the deployment that the stage serves at that moment, also for connections that were
 * opened before it. Messages of one connection do not wait for one another, as AWS promises no order.
 */
export class Pipeline {
  constructor(private readonly parts: PipelineParts) {}

  /** A client asks to be connected; the 101 waits for this. */
  async connect(connection: ConnectionFacts, handshake: Handshake): Promise<Admission> {
    const facts = this.#facts('CONNECT', '$connect');
    const stage = this.#stage(connection);
    if (stage === undefined) return forbidden(facts.requestId, this.#whyNotServed(connection));
    try {
      const { stageVariables } = stage;
      const { admitted, latencyMs, logged } = await this.#admit(stage, {
        connection,
        facts,
        stageVariables,
        handshake,
      });
      const [status, authorized] =
        admitted.kind === 'refused' ? [admitted.status, {}] : [200, admitted.authorized];
      const outcome = { status, integrationLatencyMs: latencyMs };
      this.#logAccess(stage, { ...connection, authorized: { ...authorized, ...logged } }, facts, outcome);
      return admitted;
    } catch (thrown) {
      const isAccepted = thrown instanceof AcceptedInVainError;
      const error = isAccepted ? thrown.cause : thrown;
      const answer = this.#answerTo(error, stage, connection, facts);
      return {
        ...refusal(answer, connection.connectionId, facts.requestId, reasonOf(error)),
        ...(isAccepted && { accepted: thrown.authorized }),
      };
    }
  }

  async #admit(
    stage: DeployedStage,
    event: RouteEvent & { readonly handshake: Handshake },
  ): Promise<Admitted> {
    const { connection, handshake } = event;
    const limit = this.parts.throttle.exceededByConnection(throttled(stage, connection, '$connect'));
    if (limit !== undefined) throw new Refused(ANSWERS.throttled, `over ${limit}`);
    const route = stage.snapshot.routes.get('$connect');
    if (route === undefined) return { admitted: { kind: 'accepted', protocol: undefined, authorized: {} } };

    const { variables, connectVariables, logged } = await authorize(route, stage.snapshot, event, this.parts);
    requireParameters(route, handshake);
    if (route.integration === undefined) {
      return { admitted: { kind: 'accepted', protocol: undefined, authorized: variables }, logged };
    }
    const authorized = {
      ...event,
      connection: { ...connection, authorized: { ...variables, ...connectVariables } },
    };
    const { answer, latencyMs } = await this.#call(route.integration, authorized);
    try {
      const response = mapResponse(route.integration, answer, authorized);
      return { admitted: admission(response, variables, event.facts.requestId), latencyMs, logged };
    } catch (cause) {
      throw isSuccess(answer.status) ? new AcceptedInVainError(cause, variables) : cause;
    }
  }

  /** @returns the frame that goes back to the client, if any */
  async message(connection: ConnectionFacts, text: string): Promise<string | undefined> {
    let facts: EventFacts = { ...this.#facts('MESSAGE', ''), messageId: newMessageId() };
    const stage = this.#stage(connection);
    try {
      const message = readMessage(text);
      const route = stage && selectRoute(stage.snapshot, message);
      facts = { ...facts, routeKey: route?.routeKey ?? '' };
      const limit = this.parts.throttle.exceededByRequest(
        stage && route && throttled(stage, connection, route.routeKey),
      );
      if (limit !== undefined) throw new Refused(ANSWERS.throttled, `over ${limit}`);
      if (stage === undefined) throw new Refused(ANSWERS.forbidden, this.#whyNotServed(connection));
      if (route === undefined) throw new Refused(ANSWERS.forbidden, noRoute(message));

      const invalid = validateMessage(route.models, message);
      if (invalid !== undefined) {
        const outcome = { status: 400, error: 'Bad request body', validationError: invalid };
        this.#logAccess(stage, connection, facts, outcome);
        this.#logErrorFrame(connection, facts, outcome.error, `the route's model: ${invalid}`);
        return badMessageFrame(connection.connectionId, facts.messageId ?? '');
      }
      if (route.integration === undefined) {
        throw new Refused(ANSWERS.noIntegration, 'the route has no integration');
      }

      const { stageVariables } = stage;
      const event = { connection, facts, stageVariables, message };
      const { answer, latencyMs } = await this.#call(route.integration, event);
      const frame = reply(route, answer, event);
      this.#logAccess(stage, connection, facts, { status: answer.status, integrationLatencyMs: latencyMs });
      return frame;
    } catch (error) {
      const answer = this.#answerTo(error, stage, connection, facts);
      this.#logErrorFrame(connection, facts, answer.message, reasonOf(error));
      return errorFrame(answer, connection.connectionId, facts.requestId);
    }
  }

  /**
   * The connection is closed already, and no one waits for the response.
   *
   * @param lastStage what the connection's stage has served until it was deleted
   */
  async disconnect(connection: ConnectionFacts, close: Close, lastStage?: ServedStage): Promise<void> {
    const facts = { ...this.#facts('DISCONNECT', '$disconnect'), close };
    const stage = this.#stage(connection, lastStage);
    if (stage === undefined) return;
    try {
      const { stageVariables } = stage;
      const integration = stage.snapshot.routes.get('$disconnect')?.integration;
      const called = integration && (await this.#call(integration, { connection, facts, stageVariables }));
      this.#logAccess(stage, connection, facts, {
        status: called?.answer.status ?? 200,
        integrationLatencyMs: called?.latencyMs,
      });
    } catch (error) {
      this.#answerTo(error, stage, connection, facts);
    }
  }

  /** What the stage serves now; nothing when it was deleted or never deployed to. */
  #stage(
    { apiId, stage: name }: ConnectionFacts,
    stage = this.parts.control.stage(apiId, name),
  ): DeployedStage | undefined {
    return stage?.snapshot && { ...stage, snapshot: stage.snapshot };
  }

  #whyNotServed({ apiId, stage }: ConnectionFacts): string {
    if (this.parts.control.api(apiId) === undefined) return `there is no API ${apiId}`;
    return this.parts.control.stage(apiId, stage) === undefined
      ? `the API has no stage ${stage}`
      : `nothing is deployed to the stage ${stage}`;
  }

  async #call(integration: DeployedIntegration, event: RouteEvent): Promise<Called> {
    const { control, targets, integrations, log } = this.parts;
    const request = mapRequest(integration, event);
    const origin =
      request.kind === 'http'
        ? findTarget(request.url, request.vpcLinkId, (linkId) => control.vpcLink(linkId), targets)
        : undefined;
    const startedAt = performance.now();
    const answer = await integrations.call(request, origin);
    const latencyMs = performance.now() - startedAt;
    log[answer.status < 400 ? 'debug' : 'warn'](
      {
        ...names(event.connection, event.facts),
        integration: integration.uri,
        status: answer.status,
        durationMs: Math.round(latencyMs),
      },
      'integration answered',
    );
    return { answer, latencyMs };
  }

  #facts(eventType: EventFacts['eventType'], routeKey: string): EventFacts {
    return { eventType, routeKey, requestId: newRequestId(), requestTime: this.parts.clock.now() };
  }

  /** What the client receives when its event failed or was refused. Logs the failure; its caller logs the response. */
  #answerTo(
    error: unknown,
    stage: DeployedStage | undefined,
    connection: ConnectionFacts,
    facts: EventFacts,
  ): GatewayAnswer {
    const answer = error instanceof Refused ? error.answer : answerFor(error);
    const place = error instanceof TemplateError ? { templateKey: error.templateKey, ...error.position } : {};
    if (!(error instanceof Refused)) {
      const reason = reasonOf(error);
      this.parts.log.warn({ ...names(connection, facts), ...place, reason }, 'integration failed');
    }
    const logged = error instanceof Refused ? error.logged : {};
    const outcome = { status: answer.status, error: answer.message };
    this.#logAccess(
      stage,
      { ...connection, authorized: { ...connection.authorized, ...logged } },
      facts,
      outcome,
    );
    return answer;
  }

  /** @param message of the frame */
  #logErrorFrame(connection: ConnectionFacts, facts: EventFacts, message: string, reason: string): void {
    this.parts.log.info({ ...names(connection, facts), message, reason }, 'error frame sent');
  }

  #logAccess(
    stage: DeployedStage | undefined,
    connection: ConnectionFacts,
    facts: EventFacts,
    outcome: Outcome,
  ): void {
    this.parts.accessLog.event(stage?.accessLog?.format, { ...connection, ...facts }, outcome);
  }
}

/** Of a one-way route nothing goes back, whatever the integration answered, an error status too. */
function reply(route: DeployedRoute, answer: IntegrationAnswer, event: RouteEvent): string | undefined {
  if (!route.isTwoWay || route.integration === undefined) return undefined;
  return messageFrame(mapResponse(route.integration, answer, event));
}

/** What the log says of an event that failed or was refused. */
function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.reason;
  return error instanceof Error ? error.message : String(error);
}

const noRoute = ({ json }: Message) =>
  json === undefined
    ? 'the message is not JSON, and there is no route $default'
    : 'no route has the key that the route selection expression yields, and there is no route $default';

type DeployedStage = ServedStage & { readonly snapshot: Snapshot };

interface Admitted {
  readonly admitted: Admission;
  readonly latencyMs?: number;
  readonly logged?: Readonly<Record<string, string>> | undefined;
}

interface Called {
  readonly answer: IntegrationAnswer;
  readonly latencyMs: number;
}

const throttled = (
  stage: DeployedStage,
  { apiId, stage: stageName }: ConnectionFacts,
  routeKey: string,
): ThrottledRoute => ({ apiId, stage: stageName, routeKey, settings: stage.routeSettings(routeKey) });

const names = ({ connectionId, apiId, stage }: ConnectionFacts, { routeKey, requestId }: EventFacts) => ({
  connectionId,
  routeKey,
  requestId,
  apiId,
  stage,
});
