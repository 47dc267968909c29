import { describe, expect, it } from 'vitest';
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
  ['X-Auth', 'a', '***'],
  ['X-Access-Key', 'a', '***'],
  ['X-CSRF', 'a', '***'],
  ['Key', 'a', 'a'],
  ['Author', 'a', 'a'],
  ['Sec-WebSocket-Protocol', 'bearer, eyJhbGciOi.short.tok, chat', 'bearer, ***, chat'],
  ['Sec-WebSocket-Protocol', 'chat, eyJhbGciOi.short.tok', 'chat, ***'],
  ['Sec-WebSocket-Protocol', 'Bearer, short', 'Bearer, ***'],
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
  ['/dev?auth=a&access_key=b&key=c&code=d', '/dev?auth=***&access_key=***&key=***&code=***'],
  ['/dev?monkey=a&access_key_id=b', '/dev?monkey=a&access_key_id=b'],
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

it('masks the token of a JWT authorizer, also where it has no secret name', () => {
  const steps = masked(
    { step: 'client_request', method: 'GET', url: '/books?t=eyJ0b2tlbg&x=1', headers: [] },
    {
      step: 'jwt_authorizer',
      authorizerId: 'a',
      issuer: 'https://login.example.com',
      identitySource: { source: '$request.querystring.t', values: ['Bearer eyJ0b2tlbg'] },
      subject: 'alice',
    },
  );
  expect(steps).toMatchObject([
    { url: '/books?t=***&x=1' },
    { identitySource: { values: ['***'] }, subject: 'alice' },
  ]);
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

it.each([
  ['append:header.Token', '$request.header.x-user', '$request.header.x-user'],
  ['overwrite:querystring.token', '$context.authorizer.token', '$context.authorizer.token'],
  ['append:header.Token', 'a-secret-text', '***'],
  ['append:header.Token', 'Bearer ${request.header.x}', '***'],
  ['integration.request.header.Token', 'route.request.querystring.t', 'route.request.querystring.t'],
  ['integration.request.header.Token', "'a-secret-text'", '***'],
  ['token', '$request.header.x', '***'],
])(
  'masks the source of a mapping in the control plane only if it is a text: %s ← %s',
  (name, source, shown) => {
    const text = (value: string) => JSON.stringify({ requestParameters: { [name]: value } });
    const step: Step = {
      step: 'client_request',
      method: 'POST',
      url: '/v2/apis/a/integrations',
      body: body(text(source)),
    };
    expect(maskSecrets(event([step], { type: 'control' })).steps).toMatchObject([
      { body: { text: text(shown) } },
    ]);
  },
);

it('masks members that are numbers, and the values of masked members elsewhere', () => {
  const steps = masked(
    {
      step: 'lambda_authorizer',
      authorizerId: 'a',
      functionName: 'auth',
      identitySources: [],
      request: body('{"stageVariables":{"dbPassword":"a-\\"password\\""}}'),
      response: body(
        '{"context":{"sessionToken":12345678901234567890,"jwt":["x","a-jwt-value"],"n":-1.5e3}}',
      ),
    },
    {
      step: 'template',
      direction: 'request',
      key: 'k',
      output: body('12345678901234567890 a-"password" a-jwt-value "x" y'),
    },
  );
  expect(steps).toMatchObject([
    {
      request: { text: '{"stageVariables":{"dbPassword":"***"}}' },
      response: { text: '{"context":{"sessionToken":"***","jwt":["***"],"n":-1.5e3}}' },
    },
    { output: { text: '*** *** *** "***" y' } },
  ]);
});

it('masks the values of variables by name', () => {
  const steps: Step[] = [
    {
      step: 'template',
      direction: 'request',
      key: 'k',
      output: body('a-session-token a-password a-public-id'),
    },
  ];
  const variables = [
    {
      'authorizer.sessionToken': 'a-session-token',
      'identity.apiKeyId': 'a-public-id',
      'identity.apiKey': undefined,
    },
    { dbPassword: 'a-password' },
  ];
  expect(maskSecrets(event(steps), variables).steps).toMatchObject([
    { output: { text: '*** *** a-public-id' } },
  ]);
});

describe('a request to the control plane', () => {
  const control = (url: string, sent: string, received: string) =>
    maskSecrets(
      event(
        [
          { step: 'client_request', method: 'POST', url, body: body(sent) },
          { step: 'client_response', status: 400, body: body(received) },
        ],
        { type: 'control' },
      ),
    ).steps.map((step) => ('body' in step ? step.body?.text : undefined));

  it.each([
    ['/apikeys', '{"value":"SHORTSECRETKEY"}', '{"message":"\'SHORTSECRETKEY\' is too short"}'],
    ['/apikeys', '{"value":"short"}', '{"message":"\'short\' is too short"}'],
    ['/apikeys/k', '{"patchOperations":[{"path":"/value","value":"a-new-value"}]}', '"a-new-value"'],
    ['/apikeys?mode=import&format=csv', 'Name,key\nn,an-imported-key', 'no an-imported-key'],
    ['/v2/apis/a/stages', '{"stageVariables":{"dbPassword":"a p%ss word"}}', 'value a p%ss word is'],
    ['/v2/apis/a/integrations', `{"requestParameters":{"x.Token":"'literal-value'"}}`, 'not literal-value'],
  ])('is masked, with a response that repeats a secret: %s %s', (url, sent, received) => {
    const secret = /SHORTSECRETKEY|"short"|'short'|a-new-value|an-imported-key|a p%ss word|literal-value/;
    expect([sent, received].filter((text) => secret.test(text))).toHaveLength(2);
    const texts = control(url, sent, received);
    expect(texts.filter((text) => text === undefined || secret.test(text))).toEqual([]);
    expect(texts[1]).toContain('***');
  });

  it('is masked in the URLs of its body', () => {
    const sent = '{"integrationUri":"http://user:PASS-WORD@host/x?token=a-value-too&room=1"}';
    expect(control('/v2/apis/a/integrations', sent, '{"message":"PASS-WORD a-value-too"}')).toEqual([
      '{"integrationUri":"http://***@host/x?token=***&room=1"}',
      '{"message":"*** ***"}',
    ]);
  });
});

it('masks user and password of the URL of an integration, also in reasons', () => {
  const url = 'http://user:PASS-WORD@host/x?token=a-value-too&room=1';
  const shown = 'http://***@host/x?token=***&room=1';
  const { steps, outcome } = maskSecrets(
    event(
      [
        { step: 'integration_request', kind: 'http', method: 'POST', url, headers: [] },
        { step: 'failure', reason: `${url}: no response` },
      ],
      { outcome: { result: 'failed', reason: `'${url}' is not a URL` } },
    ),
  );
  expect(steps).toMatchObject([{ url: shown }, { reason: `${shown}: no response` }]);
  expect(outcome.reason).toBe(`'${shown}' is not a URL`);
});

it('takes time linear in the length of a body', () => {
  // a megabyte: quadratic time would be minutes
  const texts = ['"', '\\"', '"a" ', '"a":[', '"a":"\\', '"a"  :', '"a":["', '"a":1', '?a=', '://'].map(
    (part) => part.repeat(2 ** 20).slice(0, 2 ** 20),
  );
  const steps = texts.map((text): Step => ({
    step: 'integration_request',
    kind: 'lambda',
    functionName: 'f',
    body: body(text),
  }));
  const reasons = texts.map((reason): Step => ({ step: 'failure', reason }));
  expect(masked(...steps, ...reasons)).toHaveLength(2 * texts.length);
});
