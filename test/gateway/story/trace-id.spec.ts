import { expect, it } from 'vitest';
import {
  type GatewayEvent,
  type HeaderList,
  type Step,
} from '../../../src/gateway/recorder/gateway-event.js';
import { traceIdOf } from '../../../src/gateway/story/trace-id.js';

const eventWith = (...steps: readonly Step[]): GatewayEvent => ({
  id: 1,
  type: 'handshake',
  time: '',
  startedMs: 0,
  durationMs: 0,
  steps,
  outcome: { result: 'done' },
});
const received = (headers: HeaderList): Step => ({
  step: 'client_request',
  method: 'GET',
  url: '/',
  headers,
});
const sent = (headers: HeaderList): Step => ({
  step: 'integration_request',
  kind: 'http',
  method: 'POST',
  url: 'http://backend/',
  headers,
});

it('is that of the request to the backend', () => {
  const event = eventWith(
    received([['X-Amzn-Trace-Id', 'Root=1-a']]),
    sent([['x-amzn-trace-id', 'Root=1-b']]),
  );
  expect(traceIdOf(event)).toBe('Root=1-b');
});

it('is the traceparent where there is one', () => {
  expect(
    traceIdOf(
      eventWith(
        received([
          ['X-Amzn-Trace-Id', 'Root=1-a'],
          ['Traceparent', '00-a-b-01'],
        ]),
      ),
    ),
  ).toBe('00-a-b-01');
});

it('is absent where no header has one', () => {
  expect(traceIdOf(eventWith({ step: 'model' }, sent([])))).toBeUndefined();
});
