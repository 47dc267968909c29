import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STILL_CONNECTING } from '../../../src/gateway/errors.js';
import { type GatewayEvent, type Step } from '../../../src/gateway/recorder/gateway-event.js';
import { awsNotes } from '../../../src/gateway/story/aws-notes.js';

const event = (type: GatewayEvent['type'], outcome: GatewayEvent['outcome'], ...steps: Step[]) =>
  ({ id: 1, type, time: '', startedMs: 0, durationMs: 0, steps, outcome }) satisfies GatewayEvent;

const response = (status: number, text: string, latencyMs = 1): Step => ({
  step: 'integration_response',
  status,
  headers: [],
  body: { bytes: text.length, text },
  latencyMs,
});
const handshake = (offered: boolean, returned: boolean) => {
  const headers = (has: boolean) => (has ? [['Sec-WebSocket-Protocol', 'chat'] as const] : []);
  return event(
    'handshake',
    { result: 'connected', status: 101 },
    { step: 'client_request', method: 'GET', url: '/dev', headers: headers(offered) },
    { step: 'client_response', status: 101, headers: headers(returned) },
  );
};
const closed = (code: number) =>
  event('close', { result: 'done' }, { step: 'close', code, reason: '', cause: '' });
const parameter = (values: string[]): Step => ({
  step: 'parameters',
  parameters: [{ destination: 'd', source: 'route.request.querystring.token', values }],
});

const sent = (connectionId: string, header: string) => ({
  ...event(
    'message',
    { result: 'dropped', status: 200 },
    {
      step: 'integration_request',
      kind: 'http',
      method: 'POST',
      url: 'http://b/',
      headers: [['Id', header]],
    },
  ),
  connectionId,
});

const MET: Readonly<Record<string, GatewayEvent>> = {
  'no-reply': event('message', { result: 'dropped', status: 200 }, response(200, 'hello')),
  'near-timeout': event('message', { result: 'replied', status: 200 }, response(200, '', 24_000)),
  'frame-too-big': closed(1009),
  'binary-frame': closed(1003),
  'unmapped-source': event('message', { result: 'replied' }, parameter([])),
  'sub-protocol-missing': handshake(true, false),
  'post-during-connect': event(
    'callback',
    { result: 'refused', status: 410 },
    { step: 'failure', reason: STILL_CONNECTING },
  ),
  'no-connection-id': sent('A1=', 'x'),
  'error-frame': event('message', { result: 'error_frame', status: 500 }),
  'url-too-long': event('handshake', { result: 'refused', status: 414 }),
};

describe('AWS notes', () => {
  it.each(Object.entries(MET))('explain %s, with a section of the troubleshooting document', (rule, met) => {
    const [note, ...others] = awsNotes(met);
    expect(others).toEqual([]);
    expect(note?.rule).toBe(rule);
    const text = readFileSync(join(import.meta.dirname, '../../../docs/troubleshooting.md'), 'utf8');
    expect(text).toMatch(new RegExp(`^### ${note?.section}[.,]`, 'm'));
  });

  it.each([
    ['a reply', event('message', { result: 'replied', status: 200 }, response(200, 'hello'))],
    ['an empty response', event('message', { result: 'dropped', status: 200 }, response(200, ''))],
    ['a mapping with a value', event('message', { result: 'dropped', status: 200 }, parameter(['x']))],
    ['a mapped connection id', sent('A1=', 'A1=')],
    ['an encoded connection id', sent('A1=', 'https://b/A1%3D')],
    ['a normal close', closed(1000)],
    ['a returned sub-protocol', handshake(true, true)],
    ['no sub-protocol', handshake(false, false)],
  ])('have nothing to say about %s', (_, met) => {
    expect(awsNotes(met)).toEqual([]);
  });
});
