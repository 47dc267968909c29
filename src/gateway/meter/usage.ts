import { costOf, HTTP_UNIT_BYTES, MESSAGE_UNIT_BYTES, type Price, PRICES, unitsOf } from '../prices.js';
import { type GatewayEvent } from '../recorder/gateway-event.js';
import { stepOf } from '../story/step-of.js';

/** What AWS would meter. */
export interface Usage {
  /** In units of 32 KB. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly connections: number;
  readonly connectionMinutes: number;
  /** In units of 512 KB. */
  readonly httpRequests: number;
}

/**
 * The usage of recorded events.
 *
 * @param now the gateway's time, until which open connections count: milliseconds since 1970
 */
export function usageOf(events: Iterable<GatewayEvent>, now: number): Usage {
  let [messagesIn, messagesOut, httpRequests, connectionMs] = [0, 0, 0, 0];
  /** Connections that are open, with the time of their handshake. */
  const open = new Map<string, number>();
  let connections = 0;
  for (const event of events) {
    const { type, connectionId = '', time, outcome } = event;
    if (type === 'message') messagesIn += messageUnits(stepOf(event, 'frame')?.body.bytes);
    for (const step of event.steps)
      if (step.step === 'client_frame') messagesOut += messageUnits(step.body.bytes);
    if (type === 'handshake' && outcome.result === 'connected') {
      connections += 1;
      open.set(connectionId, Date.parse(time));
    }
    const openedAt = type === 'close' ? open.get(connectionId) : undefined;
    if (openedAt !== undefined) {
      connectionMs += Date.parse(time) - openedAt;
      open.delete(connectionId);
    }
    if (type === 'http_request') httpRequests += requestUnits(event);
  }
  for (const openedAt of open.values()) connectionMs += Math.max(0, now - openedAt);
  return { messagesIn, messagesOut, connections, connectionMinutes: connectionMs / 60_000, httpRequests };
}

const messageUnits = (bytes = 0) => unitsOf(bytes, MESSAGE_UNIT_BYTES);

/** AWS does not say how request and response count together: this counts the larger one. */
function requestUnits(event: GatewayEvent): number {
  const request = stepOf(event, 'request_body')?.body.bytes ?? 0;
  const response = stepOf(event, 'client_response')?.body?.bytes ?? 0;
  return unitsOf(Math.max(request, response), HTTP_UNIT_BYTES);
}

/** One line of a bill. */
export interface CostLine {
  readonly name: string;
  /** For each month. */
  readonly amount: number;
  readonly dollars: number;
}

/** What API Gateway costs each month for this usage, each time of it `times`. */
export function monthlyCost(
  usage: Usage,
  times: number,
  prices: Readonly<Record<'message' | 'connection-minute' | 'http-request', Price>> = PRICES,
): readonly CostLine[] {
  const line = (name: string, amount: number, price: Price) => ({
    name,
    amount: amount * times,
    dollars: costOf(amount * times, price),
  });
  return [
    line('messages of 32 KB', usage.messagesIn + usage.messagesOut, prices.message),
    line('connection minutes', usage.connectionMinutes, prices['connection-minute']),
    line('HTTP requests of 512 KB', usage.httpRequests, prices['http-request']),
  ];
}
