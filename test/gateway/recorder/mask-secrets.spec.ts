import { expect, it } from 'vitest';
import { type GatewayEvent, type Step } from '../../../src/gateway/recorder/gateway-event.js';
import { maskSecrets } from '../../../src/gateway/recorder/mask-secrets.js';

const event = (steps: readonly Step[], others: Partial<GatewayEvent> = {}): GatewayEvent => ({
  id: 1,
  type: 'handshake',
  time: '2026-11-28T00:00:00.000Z',
  startedMs: 0,
  durationMs: 0,
  steps,
  outcome: { result: 'connected' },
  ...others,
});
const masked = (...steps: Step[]) => maskSecrets(event(steps)).steps;
const body = (text: string) => ({ bytes: text.length, text });
const request = (url: string, headers: [string, string][] = []): Step => ({
  step: 'client_request',
  method: 'GET',
  url,
  headers,
});

it.each([
  ['Authorization', 'Basic YWxpY2U6cHc=', '***'],
  ['Proxy-Authorization', 'x', '***'],
  ['Cookie', 'a=b', '***'],
  ['set-cookie', 'a=b', '***'],
  ['X-Api-Key', 'k', '***'],
  ['X-Amz-Security-Token', 't', '***'],
  ['GatewaySecret', 's', '***'],
  ['Sec-WebSocket-Protocol', 'chat, token.abc', 'chat, ***'],
  ['Sec-WebSocket-Protocol', `chat, ${'j'.repeat(40)}`, 'chat, ***'],
  ['Sec-WebSocket-Protocol', 'chat, v2', 'chat, v2'],
  ['Sec-WebSocket-Key', 'AS/tJZphTtarrTVRiu6kOg==', 'AS/tJZphTtarrTVRiu6kOg=='],
  ['User-Agent', 'x', 'x'],
])('masks headers by name: %s: %s', (name, value, expected) => {
  expect(masked(request('/dev', [[name, value]]))).toMatchObject([{ headers: [[name, expected]] }]);
});

it.each([
  ['/dev?token=a&x=1', '/dev?token=***&x=1'],
  ['/dev?access_token=a', '/dev?access_token=***'],
  [
    '/dev?X-Amz-Signature=a&X-Amz-Credential=b&X-Amz-Date=c',
    '/dev?X-Amz-Signature=***&X-Amz-Credential=***&X-Amz-Date=c',
  ],
  ['/dev?api%5Fkey=a', '/dev?api%5Fkey=***'],
  ['/dev?token', '/dev?token'],
  ['/dev?%E0=1', '/dev?%E0=1'],
  ['/dev', '/dev'],
])('masks query parameters by name: %s', (url, expected) => {
  expect(masked(request(url))).toMatchObject([{ url: expected }]);
});

it('masks the same value wherever it occurs, encoded and within JSON', () => {
  const steps = masked(
    request('/dev?token=a%2Fsecret%22'),
    { step: 'frame', body: body(JSON.stringify({ said: 'x a/secret" y' })) },
    { step: 'failure', reason: 'http://backend/?t=a%2Fsecret%22 failed' },
  );
  expect(steps.slice(1)).toEqual([
    { step: 'frame', body: { bytes: 25, text: '{"said":"x *** y"}' } },
    { step: 'failure', reason: 'http://backend/?t=*** failed' },
  ]);
});

it('masks a short value only where it is a whole string', () => {
  const steps = masked(request('/dev?token=on'), { step: 'frame', body: body('{"a":"on","b":"once"}') });
  expect(steps[1]).toMatchObject({ body: { text: '{"a":"***","b":"once"}' } });
});

it("does not mask the event's own ids and names", () => {
  const names = {
    apiId: 'dev',
    stage: 'dev',
    connectionId: 'dev',
    routeKey: 'dev',
    requestId: 'dev',
    messageId: 'dev',
  };
  const steps: Step[] = [request('/x?token=dev'), { step: 'route', expression: '$x', routeKey: 'dev' }];
  expect(maskSecrets(event(steps, names))).toMatchObject({
    ...names,
    steps: [{ url: '/x?token=***' }, { routeKey: 'dev' }],
  });
});

it('masks literal request parameters, and parameters of secret sources', () => {
  const [step] = masked({
    step: 'parameters',
    parameters: [
      { destination: 'integration.request.header.GatewaySecret', source: "'abc'", values: ['abc'] },
      {
        destination: 'integration.request.header.User',
        source: 'route.request.querystring.token',
        values: ['abc'],
      },
      { destination: 'integration.request.header.Key', source: 'context.identity.apiKey', values: ['abc'] },
      {
        destination: 'integration.request.header.KeyId',
        source: 'context.identity.apiKeyId',
        values: ['k1'],
      },
      { destination: 'integration.request.header.Version', source: "'2'", values: ['2'] },
    ],
  });
  expect(step).toEqual({
    step: 'parameters',
    parameters: [
      { destination: 'integration.request.header.GatewaySecret', source: "'***'", values: ['***'] },
      {
        destination: 'integration.request.header.User',
        source: 'route.request.querystring.token',
        values: ['***'],
      },
      { destination: 'integration.request.header.Key', source: 'context.identity.apiKey', values: ['***'] },
      {
        destination: 'integration.request.header.KeyId',
        source: 'context.identity.apiKeyId',
        values: ['k1'],
      },
      { destination: 'integration.request.header.Version', source: "'2'", values: ['2'] },
    ],
  });
});

it('masks the values of identity sources, and members of the events of functions by name', () => {
  const steps = masked(
    {
      step: 'lambda_authorizer',
      authorizerId: 'a',
      functionName: 'auth',
      identitySources: [{ source: 'route.request.querystring.room', values: ['the-room'] }],
      request: body(
        '{"queryStringParameters":{"room":"the-room"},"multiValueHeaders":{"Cookie":["a=b","c"]}}',
      ),
      response: body('{"usageIdentifierKey":"k","principalId":"p"}'),
    },
    {
      step: 'integration_request',
      kind: 'lambda',
      functionName: 'f',
      // cut within a secret
      body: { ...body('{"a":"the-room","stageVariables":{"dbPassword":"pa'), isCut: true },
    },
  );
  expect(steps).toMatchObject([
    {
      identitySources: [{ values: ['***'] }],
      request: { text: '{"queryStringParameters":{"room":"***"},"multiValueHeaders":{"Cookie":["***"]}}' },
      response: { text: '{"usageIdentifierKey":"***","principalId":"p"}' },
    },
    { body: { text: '{"a":"***","stageVariables":{"dbPassword":"***"' } },
  ]);
});

it('masks bodies of the control plane by name, and the values of API keys', () => {
  const control = (url: string, text: string) =>
    maskSecrets(
      event(
        [
          { step: 'client_request', method: 'POST', url, body: body(text) },
          { step: 'client_response', status: 201, body: body(text) },
        ],
        { type: 'control' },
      ),
    ).steps.map((step) => ('body' in step ? step.body?.text : undefined));
  expect(
    control(
      '/v2/apis/a/integrations',
      `{"requestParameters":{"integration.request.header.GatewaySecret":"'s'"}}`,
    ),
  ).toEqual(Array(2).fill('{"requestParameters":{"integration.request.header.GatewaySecret":"***"}}'));
  expect(control('/apikeys', '{"name":"n","value":"v"}')).toEqual(
    Array(2).fill('{"name":"n","value":"***"}'),
  );
  expect(control('/v2/apis', '{"apiKeySelectionExpression":"$request.header.x-api-key"}')).toEqual(
    Array(2).fill('{"apiKeySelectionExpression":"$request.header.x-api-key"}'),
  );
});

it('takes time linear in the length of a body', () => {
  // a megabyte: quadratic time would be minutes
  const texts = ['"', '\\"', '"a" ', '"a":[', '"a":"\\', '"a"  :', '"a":["'].map((part) =>
    part.repeat(2 ** 20).slice(0, 2 ** 20),
  );
  const steps = texts.map((text): Step => ({
    step: 'integration_request',
    kind: 'lambda',
    functionName: 'f',
    body: body(text),
  }));
  expect(masked(...steps)).toHaveLength(texts.length);
});
