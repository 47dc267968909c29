import { type Logger } from 'pino';
import { type Clock } from './clock.js';
import { type ControlPlane } from './control/control-plane.js';
import { type DeployedIntegration, type Snapshot } from './control/snapshot.js';
import { ANSWERS, type Close, type GatewayAnswer } from './errors.js';
import { newMessageId, newRequestId } from './ids.js';
import { type ConnectionFacts, type EventFacts } from './mapping/context-variables.js';
import { type IntegrationAnswer, type IntegrationClient } from './steps/call-integration.js';
import { findTarget, type Targets } from './steps/find-target.js';
import { type Handshake, mapRequest, type RouteEvent } from './steps/map-request.js';
import { type Admission, admission, answerFor, errorFrame, forbidden, refusal } from './steps/reply.js';
import { readMessage, selectRoute } from './steps/select-route.js';

/**
 * A frame's way through the gateway, in AWS's order. Each step is a function from a value to the next value; what
 * follows what is said here and nowhere else.
 *
 *     handshake → ($connect)      map-request → find-target → call-integration → reply: 101, or a refusal
 *     message   → select-route →  map-request → find-target → call-integration → reply: an error frame, or nothing
 *     close     → ($disconnect)   map-request → find-target → call-integration
 *
 * The routes are those of the deployment that the stage serves at that moment, also for connections that were
 * opened before it. Messages of one connection do not wait for one another, as AWS promises no order.
 */
export class Pipeline {
  constructor(
    private readonly control: ControlPlane,
    private readonly integrations: IntegrationClient,
    private readonly targets: Targets,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** A client asks to be connected; the 101 waits for this. */
  async connect(connection: ConnectionFacts, handshake: Handshake): Promise<Admission> {
    const requestId = newRequestId();
    const stage = this.#stage(connection);
    if (stage === undefined) return forbidden(requestId);

    const route = stage.snapshot.routes.get('$connect');
    const missing = (route?.requiredParameters ?? []).filter((source) => !isSent(source, handshake));
    if (missing.length > 0) {
      const answer = ANSWERS.missingParameters;
      const message = `${answer.message}[${missing.map(parameterName).join(', ')}]`;
      return refusal({ ...answer, message }, connection.connectionId, requestId);
    }
    // neither the route nor its integration has to be there
    if (route?.integration === undefined) return { kind: 'accepted', protocol: undefined };

    const facts = this.#facts('CONNECT', '$connect', requestId);
    const { stageVariables } = stage;
    try {
      return admission(await this.#call(route.integration, { connection, facts, stageVariables, handshake }));
    } catch (error) {
      this.#report(error, connection, facts);
      return refusal(answerFor(error), connection.connectionId, requestId);
    }
  }

  /** @returns the frame that goes back to the client, if any */
  async message(connection: ConnectionFacts, text: string): Promise<string | undefined> {
    let facts = this.#facts('MESSAGE', '', newRequestId());
    const error = (answer: GatewayAnswer) => errorFrame(answer, connection.connectionId, facts.requestId);
    try {
      const message = readMessage(text);
      const stage = this.#stage(connection);
      const route = stage && selectRoute(stage.snapshot, message);
      if (stage === undefined || route === undefined) return error(ANSWERS.forbidden);
      if (route.integration === undefined) return error(ANSWERS.noIntegration);

      facts = { ...facts, routeKey: route.routeKey, messageId: newMessageId() };
      const { stageVariables } = stage;
      await this.#call(route.integration, { connection, facts, stageVariables, message });
      // one-way: whatever the integration answered, an error status too, the client does not see it
      return undefined;
    } catch (cause) {
      this.#report(cause, connection, facts);
      return error(answerFor(cause));
    }
  }

  /** The connection is closed already, and nobody waits for the answer. */
  async disconnect(connection: ConnectionFacts, close: Close): Promise<void> {
    const stage = this.#stage(connection);
    const integration = stage?.snapshot.routes.get('$disconnect')?.integration;
    if (stage === undefined || integration === undefined) return;
    const facts = { ...this.#facts('DISCONNECT', '$disconnect', newRequestId()), close };
    const { stageVariables } = stage;
    try {
      await this.#call(integration, { connection, facts, stageVariables });
    } catch (error) {
      this.#report(error, connection, facts);
    }
  }

  /** What the stage serves now; nothing when it was deleted or never deployed to. */
  #stage({ apiId, stage: name }: ConnectionFacts): ServedStage | undefined {
    const stage = this.control.stage(apiId, name);
    return stage?.snapshot && { snapshot: stage.snapshot, stageVariables: stage.stageVariables };
  }

  async #call(integration: DeployedIntegration, event: RouteEvent): Promise<IntegrationAnswer> {
    const request = mapRequest(integration, event);
    const origin = findTarget(
      request.url,
      request.vpcLinkId,
      (linkId) => this.control.vpcLink(linkId),
      this.targets,
    );
    const startedAt = performance.now();
    const answer = await this.integrations.call(request, origin);
    this.log[answer.status < 400 ? 'debug' : 'warn'](
      {
        ...names(event.connection, event.facts),
        url: `${origin}${request.url.pathname}`,
        status: answer.status,
        durationMs: Math.round(performance.now() - startedAt),
      },
      'integration answered',
    );
    return answer;
  }

  #facts(eventType: EventFacts['eventType'], routeKey: string, requestId: string): EventFacts {
    return { eventType, routeKey, requestId, requestTime: this.clock.now() };
  }

  #report(error: unknown, connection: ConnectionFacts, facts: EventFacts): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.log.warn({ ...names(connection, facts), reason }, 'integration failed');
  }
}

interface ServedStage {
  readonly snapshot: Snapshot;
  readonly stageVariables: Readonly<Record<string, string>>;
}

const names = ({ connectionId, apiId, stage }: ConnectionFacts, { routeKey, requestId }: EventFacts) => ({
  connectionId,
  routeKey,
  requestId,
  apiId,
  stage,
});

/** `route.request.querystring.token` → `token` */
const parameterName = (source: string) => source.split('.').slice(3).join('.');

function isSent(source: string, { header, querystring }: Handshake): boolean {
  const name = parameterName(source);
  return source.includes('querystring.') ? querystring.has(name) : header.has(name.toLowerCase());
}
