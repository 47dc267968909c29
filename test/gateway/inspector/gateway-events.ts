import { addEvents, type Row } from '../../../src/gateway/inspector/records/timeline.js';
import { type GatewayEvent, type Step } from '../../../src/gateway/recorder/gateway-event.js';

const bodyOf = (text: string) => ({ bytes: text.length, text });

export const frame = (text: string): Step => ({ step: 'frame', body: bodyOf(text) });
export const frameOut = (text: string): Step => ({ step: 'client_frame', body: bodyOf(text) });
export const handshakeRequest = (url: string): Step => ({
  step: 'client_request',
  method: 'GET',
  url,
  headers: [],
});
export const post = (text: string): Step => ({
  step: 'client_request',
  method: 'POST',
  url: '/dev/@connections/A1',
  body: bodyOf(text),
});

/** The call of an integration that responds after so many milliseconds. */
export const call = (status: number, latencyMs: number): readonly Step[] => [
  { step: 'integration_request', kind: 'http', method: 'POST', url: 'http://backend/', headers: [] },
  { step: 'integration_response', status, headers: [], body: bodyOf(''), latencyMs },
];

/** An event of the connection `A1`; it is a message by default. */
export const eventOf = (
  id: number,
  [startedMs, durationMs]: readonly [startedMs: number, durationMs: number],
  steps: readonly Step[],
  others: Partial<GatewayEvent> = {},
): GatewayEvent => ({
  id,
  type: 'message',
  time: `2026-11-28T10:00:0${startedMs % 10}.000Z`,
  startedMs,
  durationMs,
  apiId: 'api1',
  stage: 'dev',
  connectionId: 'A1',
  routeKey: '$default',
  steps,
  outcome: { result: 'dropped', status: 200, reason: 'the route is one-way' },
  ...others,
});

export const refusedPost = (id: number, startedMs: number, connectionId: string): GatewayEvent =>
  eventOf(id, [startedMs, 1], [post('hello')], {
    type: 'callback',
    connectionId,
    outcome: { result: 'refused', status: 400, reason: `${connectionId} is not a connection id` },
  });

export const rowsOf = (...events: readonly GatewayEvent[]): readonly Row[] => addEvents([], events);
