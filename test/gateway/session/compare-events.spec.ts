import { describe, expect, it } from 'vitest';
import { type GatewayEvent, type Step } from '../../../src/gateway/recorder/gateway-event.js';
import { compareEvents } from '../../../src/gateway/session/compare-events.js';

const event = (steps: readonly Step[], fields: Partial<GatewayEvent> = {}): GatewayEvent => ({
  id: 1,
  type: 'message',
  time: '2026-01-01T00:00:00.000Z',
  startedMs: 0,
  durationMs: 0,
  steps,
  outcome: { result: 'done' },
  ...fields,
});

const body = (text: string) => ({ bytes: text.length, text });
const response = (text: string, headers: readonly (readonly [string, string])[] = []): Step => ({
  step: 'integration_response',
  status: 200,
  headers,
  body: body(text),
  latencyMs: Math.random(),
});

/** The names of the differences, or of the steps that are missing. */
function differences(before: GatewayEvent, after: GatewayEvent, ignored: readonly string[] = []) {
  const ids = (id: string) => new Map([[id, '<connection 1>']]);
  const steps = compareEvents(
    { event: before, ids: ids('AAAAAAAAAAAAAA==') },
    { event: after, ids: ids('B_BBBBB-BBBBBB==') },
    new Set(ignored),
  );
  return steps.flatMap(({ title, isMissing, differences: each }) =>
    isMissing === undefined
      ? each.map(({ name }) => `${title} ${name}`)
      : [`${title} is not in ${isMissing}`],
  );
}

describe('two runs of an event', () => {
  it.each([
    ['ids', '{"to":"AAAAAAAAAAAAAA=="}', '{"to":"B_BBBBB-BBBBBB=="}'],
    ['encoded ids', 'x=AAAAAAAAAAAAAA%3D%3D&y', 'x=B_BBBBB-BBBBBB%3D%3D&y'],
    ['UUIDs', '"3f2504e0-4f89-41d3-9a0c-0305e82c3301"', '"00000000-0000-4000-8000-000000000000"'],
    ['times', '["2026-11-28T06:00:00.123Z",1764309600000]', '["2026-11-28T07:00:00Z",1764309611111]'],
    ['HTTP dates', 'Sat, 28 Nov 2026 06:27:35 GMT', 'Sun, 29 Nov 2026 06:27:35 GMT'],
    ['log times', '28/Nov/2026:06:27:35 +0000', '28/Nov/2026:06:27:36 +0000'],
    ['trace ids', 'Root=1-692a0000-0123456789abcdef01234567', 'Root=1-692a0001-0123456789abcdef01234568'],
    ['masked secrets', '{"token":"***"}', '{"token":"abc"}'],
  ])('are the same but for %s', (_, before, after) => {
    expect(differences(event([response(before)]), event([response(after)]))).toEqual([]);
  });

  it.each([
    ['another text', '{"a":1,"b":[{"c":"x"}]}', '{"a":1,"b":[{"c":"y"}]}', ['response body.b[0].c']],
    ['another connection', '{"to":"AAAAAAAAAAAAAA=="}', '{"to":"CCCCCCCCCCCCCC=="}', ['response body.to']],
    ['a member more', '{}', '{"a":1}', ['response body', 'response body.a']],
    ['a number as a text', '{"a":1}', '{"a":"1"}', ['response body.a']],
    ['text around a secret', 'Bearer ***!', 'Basic abc!', ['response body']],
    ['a number that is no time', '1234', '1235', ['response body']],
  ])('differ by %s', (_, before, after, expected) => {
    expect(differences(event([response(before)]), event([response(after)]))).toEqual(expected);
  });

  it('differ by a step that is missing, whatever comes before it', () => {
    const frame: Step = { step: 'client_frame', body: body('x') };
    const failure: Step = { step: 'failure', reason: 'lost' };
    expect(differences(event([response('a'), frame]), event([failure, response('a')]))).toEqual([
      'failure is not in before',
      'frame out is not in after',
    ]);
  });

  it('have headers in any case, but for those of the connection and those that are ignored', () => {
    const before = response('', [
      ['Date', 'x'],
      ['X-Version', '1'],
      ['Etag', '1'],
    ]);
    const after = response('', [
      ['date', 'y'],
      ['x-version', '2'],
    ]);
    expect(differences(event([before]), event([after]))).toEqual(['response header x-version']);
    expect(differences(event([before]), event([after]), ['x-version'])).toEqual([]);
  });

  it('may have another backend, but not another path', () => {
    const request = (url: string): Step => ({
      step: 'integration_request',
      kind: 'http',
      method: 'POST',
      url,
      headers: [],
    });
    const before = event([request('http://127.0.0.1:1/a?x=1')]);
    expect(differences(before, event([request('https://b.example/a?x=1')]))).toEqual([]);
    expect(differences(before, event([request('http://127.0.0.1:1/b?x=1')]))).toEqual(['HTTP request path']);
  });
});
