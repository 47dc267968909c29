import { describe, expect, it } from 'vitest';
import { type RouteSpec } from '../support/deployed-api.js';
import { ApiUnderTest, startBackend } from './api-under-test.js';

/** What the backend gets for a message when the integration has this template. */
async function rendered(template: string, message: unknown, integration: RouteSpec['integration'] = {}) {
  await using backend = await startBackend();
  await using api = await ApiUnderTest.deployed(
    {
      $default: {
        integration: {
          IntegrationType: 'HTTP',
          IntegrationUri: backend.publicUrl,
          TemplateSelectionExpression: '\\$default',
          RequestTemplates: { $default: template },
          ...integration,
        },
        ...(integration.IntegrationType === undefined && { integrationResponses: [{}] }),
      },
    },
    { stage: { StageVariables: { colour: 'green' } } },
  );
  using client = await api.open();
  client.send(message);
  return (await backend.next()).body;
}

describe('§7 in a request template', () => {
  it.each<[string, unknown, string]>([
    ['$input.body', '{"a": 1}', '{"a": 1}'],
    ["$input.json('$.user')", { user: { name: 'ann' } }, '{"name":"ann"}'],
    ["$input.json('$.text')", { text: 'hello' }, '"hello"'],
    ["$input.path('$.list').size()", { list: [1, 2, 3] }, '3'],
    ["#foreach($i in $input.path('$.list'))<$i>#end", { list: ['a', 'b'] }, '<a><b>'],
    ["$util.escapeJavaScript($input.path('$.text'))", { text: 'a"b' }, 'a\\"b'],
    ["$util.escapeJavaScript($input.path('$.text'))", { text: "it's" }, "it\\'s"],
    [`$util.escapeJavaScript($input.path('$.text')).replaceAll("\\\\'","'")`, { text: "it's" }, "it's"],
    ["$util.parseJson($input.path('$.text')).a", { text: '{"a":"b"}' }, 'b'],
    ["$util.urlEncode($input.path('$.text'))", { text: 'a b&c' }, 'a+b%26c'],
    ["$util.urlDecode($input.path('$.text'))", { text: 'a+b%26c' }, 'a b&c'],
    ["$util.base64Encode($input.path('$.text'))", { text: 'hello' }, 'aGVsbG8='],
    ["$util.base64Decode($input.path('$.text'))", { text: 'aGVsbG8=' }, 'hello'],
    ['$stageVariables.colour', {}, 'green'],
    ["$stageVariables['colour']", {}, 'green'],
    ["${stageVariables['colour']}", {}, 'green'],
    ['$context.routeKey $context.eventType', {}, '$default MESSAGE'],
  ])('%s of %j is %s [documented]', async (template, message, expected) => {
    expect(await rendered(template, message)).toBe(expected);
  });

  it('$context.requestTimeEpoch and $context.connectedAt are numbers that can be calculated with: C15 [practice]', async () => {
    const template = [
      '$context.requestTimeEpoch',
      '#set($v = $context.requestTimeEpoch + 86400)$v',
      '#set($v = $context.requestTimeEpoch - 5)$v',
      '#set($v = $context.requestTimeEpoch * 2)$v',
      '#set($v = $context.requestTimeEpoch / 1000)$v',
      '#set($v = $context.requestTimeEpoch % 100)$v',
      '#if($context.requestTimeEpoch >= $context.connectedAt)later#end',
    ].join(' ');
    const [epoch, ...values] = (await rendered(template, {})).split(' ');
    const ms = Number(epoch);
    expect(values).toEqual([
      ...[ms + 86_400, ms - 5, ms * 2, Math.floor(ms / 1000), ms % 100].map(String),
      'later',
    ]);
  });

  it('$context.requestTimeEpoch is text, too: C15 [practice]', async () => {
    const template =
      '$context.requestTimeEpoch $context.requestTimeEpoch.toString() $context.requestTimeEpoch.substring(0, 10)';
    const [epoch = '', text, seconds] = (await rendered(template, {})).split(' ');
    expect([text, seconds]).toEqual([epoch, epoch.slice(0, 10)]);
  });

  it('$context has the connection id [documented]', async () => {
    expect(await rendered('$context.connectionId', {})).toMatch(/^[\w-]+=+$/);
  });

  it('$input.params() has the handshake’s header and querystring, on $connect [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $connect: {
        integration: {
          IntegrationType: 'HTTP',
          IntegrationUri: backend.publicUrl,
          TemplateSelectionExpression: '\\$default',
          RequestTemplates: {
            $default: "$input.params().querystring.get('token') $input.params().header.get('X-Tenant')",
          },
        },
        integrationResponses: [{}],
      },
    });
    using _ = await api.open({ query: '?token=demo', headers: { 'X-Tenant': 'acme' } });
    expect((await backend.next()).body).toBe('demo acme');
  });
});

describe('§7 a template', () => {
  it('is not run for a proxy integration [documented]', async () => {
    expect(await rendered('from the template', 'hello', { IntegrationType: 'HTTP_PROXY' })).toBe('hello');
  });
});
