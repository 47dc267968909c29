import { type Clock } from './clock.js';
import { type ServedStage } from './control/control-plane.js';
import { type DeployedIntegration, type DeployedRoute, type Snapshot } from './control/snapshot.js';
import { ANSWERS, type Close, type GatewayAnswer } from './errors.js';
import { newMessageId, newRequestId } from './ids.js';
import { type ConnectionFacts, type EventFacts } from './mapping/context-variables.js';
import { type AccessLog, type Outcome } from './steps/access-log.js';
import { authorize, type Authorizers } from './steps/authorize.js';
import { type IntegrationAnswer, type IntegrationClient } from './steps/call-integration.js';
import { findTarget, type Targets } from './steps/find-target.js';
import { type Handshake, mapRequest, type RouteEvent } from './steps/map-request.js';
import { mapResponse } from './steps/map-response.js';
import { Refused } from './steps/refused.js';
import {
  type Admission,
  admission,
  answerFor,
  badMessageFrame,
  errorFrame,
  forbidden,
  messageFrame,
  refusal,
} from './steps/reply.js';
import { requireParameters } from './steps/require-parameters.js';
import { readMessage, selectRoute } from './steps/select-route.js';
import { validateMessage } from './steps/validate-message.js';
import { TemplateError } from './templates/template-error.js';
import { type ThrottledRoute } from './throttle.js';

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
    if (stage === undefined) return forbidden(facts.requestId);
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
    } catch (error) {
      const answer = this.#answerTo(error, stage, connection, facts);
      return refusal(answer, connection.connectionId, facts.requestId);
    }
  }

  async #admit(
    stage: DeployedStage,
    event: RouteEvent & { readonly handshake: Handshake },
  ): Promise<Admitted> {
    const { connection, handshake } = event;
    if (!this.parts.throttle.admitsConnection(throttled(stage, connection, '$connect'))) {
      throw new Refused(ANSWERS.throttled);
    }
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
    const response = mapResponse(route.integration, answer, authorized);
    return { admitted: admission(response, variables), latencyMs, logged };
  }

  /** @returns the frame that goes back to the client, if any */
  async message(connection: ConnectionFacts, text: string): Promise<string | undefined> {
    let facts: EventFacts = { ...this.#facts('MESSAGE', ''), messageId: newMessageId() };
    const stage = this.#stage(connection);
    try {
      const message = readMessage(text);
      const route = stage && selectRoute(stage.snapshot, message);
      facts = { ...facts, routeKey: route?.routeKey ?? '' };
      if (
        !this.parts.throttle.admitsRequest(stage && route && throttled(stage, connection, route.routeKey))
      ) {
        throw new Refused(ANSWERS.throttled);
      }
      if (stage === undefined || route === undefined) throw new Refused(ANSWERS.forbidden);

      const invalid = validateMessage(route.models, message);
      if (invalid !== undefined) {
        const outcome = { status: 400, error: 'Bad request body', validationError: invalid };
        this.#logAccess(stage, connection, facts, outcome);
        return badMessageFrame(connection.connectionId, facts.messageId ?? '');
      }
      if (route.integration === undefined) throw new Refused(ANSWERS.noIntegration);

      const { stageVariables } = stage;
      const event = { connection, facts, stageVariables, message };
      const { answer, latencyMs } = await this.#call(route.integration, event);
      const frame = reply(route, answer, event);
      this.#logAccess(stage, connection, facts, { status: answer.status, integrationLatencyMs: latencyMs });
      return frame;
    } catch (error) {
      const answer = this.#answerTo(error, stage, connection, facts);
      return errorFrame(answer, connection.connectionId, facts.requestId);
    }
  }

  /** The connection is closed already, and nobody waits for the answer. */
  async disconnect(connection: ConnectionFacts, close: Close): Promise<void> {
    const facts = { ...this.#facts('DISCONNECT', '$disconnect'), close };
    const stage = this.#stage(connection);
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
  #stage({ apiId, stage: name }: ConnectionFacts): DeployedStage | undefined {
    const stage = this.parts.control.stage(apiId, name);
    return stage?.snapshot && { ...stage, snapshot: stage.snapshot };
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

  /** What the client is told of an event that failed, or was refused; the logs are told why. */
  #answerTo(
    error: unknown,
    stage: DeployedStage | undefined,
    connection: ConnectionFacts,
    facts: EventFacts,
  ): GatewayAnswer {
    const answer = error instanceof Refused ? error.answer : answerFor(error);
    const reason = error instanceof Error ? error.message : String(error);
    const [level, event] =
      error instanceof Refused ? (['debug', 'refused'] as const) : (['warn', 'integration failed'] as const);
    const place = error instanceof TemplateError ? { templateKey: error.templateKey, ...error.position } : {};
    this.parts.log[level]({ ...names(connection, facts), ...place, reason }, event);
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
