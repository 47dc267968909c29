import { describe, expect, it } from 'vitest';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const LEVELS = 60_000;
const deepLists = (inner: string) => `{"a":${'['.repeat(LEVELS)}${inner}${']'.repeat(LEVELS)}}`;
const deepObjects = (inner: string) => `${'{"a":'.repeat(21_000)}${inner}${'}'.repeat(21_000)}`;

const MESSAGES = [deepLists('1'), deepLists('1.0'), deepObjects('1'), deepObjects('1.0')];

/** What reads the message, and whether the backend then receives it. */
const READERS: readonly [string, object][] = [
  ['a proxy', {}],
  ['a mapped parameter', { RequestParameters: { 'integration.request.header.A': 'route.request.body.a' } }],
  ...[
    "$input.json('$')",
    "$input.path('$')",
    '$util.parseJson($input.body)',
    "#if($input.path('$') == $input.path('$'))x#end",
    "#foreach($x in $input.path('$.a'))$x#end",
  ].map((template): [string, object] => [
    `the template ${template}`,
    { IntegrationType: 'HTTP', RequestTemplates: { $default: template } },
  ]),
];

describe.each(READERS)('a message nested 60,000 deep, read by %s', (name, settings) => {
  it('is served, or gets an error frame, and the connection stays open', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $default: { integration: { IntegrationUri: `${backend.url}/message`, ...settings } },
      plain: { integration: { IntegrationUri: `${backend.url}/plain` } },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    for (const message of MESSAGES) client.send(message);
    client.send('{"action":"plain"}');
    await expect
      .poll(() => client.unexpected.length + backend.unexpected.length, { timeout: 30_000 })
      .toBe(MESSAGES.length + 1);
    for (const text of client.unexpected) expect(text).toContain('Internal server error');
    expect(backend.unexpected.map(({ url }) => url)).toContain('/plain');
    // a proxy does not parse it
    expect(client.unexpected.length === 0).toBe(name === 'a proxy' || backend.unexpected.length === 5);
  });
});

it('a message nested 60,000 deep that selects the route gets an error frame', async () => {
  await using gateway = await DeployedGateway.start({ $default: {} }, { selection: '$request.body.a' });
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  for (const message of MESSAGES) {
    client.send(message);
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
  }
});
