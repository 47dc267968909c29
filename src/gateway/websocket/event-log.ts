import { type Logger } from 'pino';
import { type AccessLog, type Outcome } from '../access-log.js';
import { type ServedStage } from '../control/control-plane.js';
import { type DeployedIntegration } from '../control/snapshot.js';
import { type ConnectionFacts, type EventFacts } from '../mapping/context-variables.js';
import { TemplateError } from '../vtl/template-error.js';
import { type RouteEvent } from './route-event.js';
import { EventRejectedError } from './steps/event-rejected-error.js';
import { reasonOf } from './steps/error-response.js';

/** The lines that events leave in the gateway's log and in the stage's access log. */
export class EventLog {
  constructor(
    private readonly log: Logger,
    private readonly accessLog: AccessLog,
  ) {}

  responded(
    { connection, facts }: RouteEvent,
    { uri }: DeployedIntegration,
    status: number,
    latencyMs: number,
  ): void {
    this.log[status < 400 ? 'debug' : 'warn'](
      { ...ids(connection, facts), integration: uri, status, durationMs: Math.round(latencyMs) },
      'integration responded',
    );
  }

  /** Not for an event that was rejected: its refusal or error frame has a line of its own. */
  failed(connection: ConnectionFacts, facts: EventFacts, error: unknown): void {
    if (error instanceof EventRejectedError) return;
    const place = error instanceof TemplateError ? { templateKey: error.templateKey, ...error.position } : {};
    this.log.warn({ ...ids(connection, facts), ...place, reason: reasonOf(error) }, 'integration failed');
  }

  /** @param message of the frame */
  errorFrame(connection: ConnectionFacts, facts: EventFacts, message: string, reason: string): void {
    this.log.info({ ...ids(connection, facts), message, reason }, 'error frame sent');
  }

  access(
    stage: Pick<ServedStage, 'accessLog'> | undefined,
    connection: ConnectionFacts,
    facts: EventFacts,
    outcome: Outcome,
  ): void {
    this.accessLog.event(stage?.accessLog?.format, { ...connection, ...facts }, outcome);
  }
}

const ids = ({ connectionId, apiId, stage }: ConnectionFacts, { routeKey, requestId }: EventFacts) => ({
  connectionId,
  routeKey,
  requestId,
  apiId,
  stage,
});
