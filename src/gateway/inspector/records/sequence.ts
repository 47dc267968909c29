import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { closedBy } from '../../story/closed-by.js';
import { bodyLine, durationText, outcomeText, subjectText } from '../../story/event-text.js';
import { type Row } from './timeline.js';

export type Lifeline = 'client' | 'gateway' | 'backend';

/** One arrow of a sequence diagram. */
export interface Arrow extends Drawn {
  /** Different for each arrow of the diagram. */
  readonly key: string;
}

interface Drawn {
  /** The event whose story has it. */
  readonly eventId: number;
  readonly from: Lifeline;
  readonly to: Lifeline;
  /** Milliseconds since the gateway started. */
  readonly atMs: number;
  readonly text: string;
  /** `lost`: it did not reach its destination. */
  readonly state?: 'failed' | 'lost' | undefined;
}

/**
 * The messages between the client of a connection, the gateway and the backend, in order.
 *
 * @param rows those of the connection, and posts that its messages have led to
 */
export const sequenceOf = (rows: readonly Row[], connectionId: string): readonly Arrow[] =>
  rows
    .flatMap(({ event }) =>
      arrowsOf(event, connectionId).map((arrow, index) => ({ ...arrow, key: `${event.id}.${index}` })),
    )
    // the response of an event comes after what happened meanwhile; arrows of the same time keep their order
    .toSorted((a, b) => a.atMs - b.atMs);

function arrowsOf(event: GatewayEvent, connectionId: string): readonly Drawn[] {
  const { id: eventId, type, startedMs } = event;
  const ends = { eventId, atMs: startedMs + event.durationMs };
  switch (type) {
    case 'callback': {
      const to = event.connectionId === connectionId ? '' : ` to ${event.connectionId}`;
      return [
        { eventId, atMs: startedMs, from: 'backend', to: 'gateway', text: `${subjectText(event)}${to}` },
        ...framesOut(event),
        ...(statusOf(event) < 400
          ? []
          : [{ ...ends, from: 'gateway', to: 'backend', text: resultOf(event), state: 'failed' } as const]),
      ];
    }
    case 'close': {
      const close = event.steps.find((step) => step.step === 'close');
      const isByGateway = close !== undefined && closedBy(close) === 'gateway';
      return [
        {
          eventId,
          atMs: startedMs,
          from: isByGateway ? 'gateway' : 'client',
          to: isByGateway ? 'client' : 'gateway',
          text: `close ${subjectText(event)}`,
        },
        ...call(event),
      ];
    }
    default: {
      const isHandshake = type === 'handshake';
      const reply: Omit<Drawn, 'text'> = { ...ends, from: 'gateway', to: 'client' };
      const frames = framesOut(event);
      const text = isHandshake ? `handshake ${subjectText(event)}` : subjectText(event);
      return [
        { eventId, atMs: startedMs, from: 'client', to: 'gateway', text },
        ...call(event),
        ...frames,
        ...(isHandshake
          ? [
              {
                ...reply,
                text: resultOf(event),
                state: statusOf(event) >= 400 ? ('failed' as const) : undefined,
              },
            ]
          : []),
        ...(!isHandshake && frames.length === 0
          ? [{ ...reply, text: outcomeText(event), state: 'lost' as const }]
          : []),
      ];
    }
  }
}

/** The call of the integration, if there was one. */
function call(event: GatewayEvent): readonly Drawn[] {
  const { id: eventId, steps, routeKey = '', startedMs, durationMs } = event;
  const request = steps.find(({ step }) => step === 'integration_request');
  const response = steps.find((step) => step.step === 'integration_response');
  const endMs = startedMs + durationMs;
  if (request === undefined) return [];
  const sentMs = response === undefined ? startedMs : Math.max(startedMs, endMs - response.latencyMs);
  return [
    { eventId, atMs: sentMs, from: 'gateway', to: 'backend', text: routeKey },
    response === undefined
      ? { eventId, atMs: endMs, from: 'backend', to: 'gateway', text: 'no response', state: 'lost' }
      : {
          eventId,
          atMs: endMs,
          from: 'backend',
          to: 'gateway',
          text: `${response.status} in ${durationText(response.latencyMs)}`,
          state: response.status >= 400 ? 'failed' : undefined,
        },
  ];
}

const framesOut = ({ id: eventId, steps, startedMs, durationMs }: GatewayEvent): readonly Drawn[] =>
  steps
    .filter((step) => step.step === 'client_frame')
    .map(({ body }) => ({
      eventId,
      atMs: startedMs + durationMs,
      from: 'gateway',
      to: 'client',
      text: bodyLine(body),
    }));

const statusOf = ({ outcome }: GatewayEvent) => outcome.status ?? 0;

const resultOf = (event: GatewayEvent) => `${event.outcome.status ?? ''} ${outcomeText(event)}`.trimStart();
