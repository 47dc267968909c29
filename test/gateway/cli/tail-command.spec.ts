import { describe, expect, it } from 'vitest';
import { tailCommand } from '../../../src/gateway/cli/tail-command.js';
import { AdminClient } from '../../support/admin-client.js';
import { DeployedGateway, startGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const TOKEN = 'a-token-of-this-test';

/** Runs the command until the gateway stops; `printed` waits for a text. */
function tail(args: readonly string[], env = {}) {
  let output = '';
  let check = () => undefined as void;
  const exit = tailCommand.run(args, {
    env,
    write(text) {
      output += text;
      check();
    },
  });
  const printed = async (text: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    check = () => void (output.includes(text) && resolve());
    check();
    await Promise.race([
      promise,
      exit.then(() => Promise.reject(new Error(`ended without '${text}':\n${output}`))),
    ]);
  };
  return { exit, printed, output: () => output };
}

const withoutTimes = (text: string) => text.replaceAll(/\d\d:\d\d:\d\d\.\d{3}|[\d.]+ m?s\b/g, 'T');

describe('tail', () => {
  it('prints what was recorded and what follows, step by step, until the gateway stops', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 200, body: 'lost' });
    const gateway = await DeployedGateway.start(
      {
        $default: {
          integration: {
            IntegrationUri: `${backend.url}/message`,
            RequestParameters: {
              'integration.request.header.Action': 'route.request.body.action',
              'integration.request.header.Channel': 'route.request.body.channel',
            },
          },
        },
      },
      { record: 1024 ** 2 },
    );
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    const { exit, printed, output } = tail([gateway.gateway.url, '--route', '$default']);
    client.send({ action: '\u009bx' });
    await printed('on AWS');
    await gateway[Symbol.asyncDispose]();
    expect(await exit).toBe(0);

    const [story] = output().split('\n\n');
    const [connectionId] = story!.match(/[\w-]+=+/) ?? [];
    expect(withoutTimes(story!).replaceAll(connectionId!, 'ID').replaceAll(backend.url, 'BACKEND')).toBe(
      String.raw`T  message  ID  $default  200  T  response dropped: the route is one-way
    frame            from the client, 16 bytes
                     {"action":"\u009bx"}
    route            $request.body.action = "\u009bx" → $default
    mappings         2, 1 without a value
                     integration.request.header.Action = \u009bx, from route.request.body.action
                     integration.request.header.Channel is empty, from route.request.body.channel: the body has no value at that path
    HTTP request     POST BACKEND/message
                     {"action":"\u009bx"}
    response         200 in T
                     lost
    on AWS           integration.request.header.Channel is not sent, because route.request.body.channel has no value: the body has no value at that path. [unmapped-source; docs/troubleshooting.md, 4]
    on AWS           Nothing in the request to the backend contains the connection id, so the backend cannot post to this client. Map integration.request.header.ConnectionId from context.connectionId. [no-connection-id; docs/troubleshooting.md, 2]`,
    );
  });

  it('prints only what failed with --failed, and only one connection with --connection', async () => {
    const gateway = await DeployedGateway.start(
      { ping: { integration: { IntegrationUri: 'http://127.0.0.1:9/' } } },
      { record: 1024 ** 2 },
    );
    const admin = new AdminClient(gateway.gateway.url);
    using first = await WebSocketClient.open(gateway.webSocketUrl);
    first.send({ action: 'first' });
    const { items } = (await admin.get('connections')) as { items: { connectionId: string }[] };
    using second = await WebSocketClient.open(gateway.webSocketUrl);
    second.send({ action: 'second' });
    const { url } = gateway.gateway;
    const failed = tail([url, '--failed']);
    // an id may begin with a hyphen
    const connection = tail([`--connection=${items[0]!.connectionId}`], {
      GATEWAY_PORT: new URL(url).port,
    });
    await failed.printed('second');
    await connection.printed('first');
    await gateway[Symbol.asyncDispose]();
    await Promise.all([failed.exit, connection.exit]);
    expect(failed.output()).toContain('error frame sent');
    expect(failed.output()).not.toContain('handshake');
    expect(connection.output()).toContain('handshake');
    expect(connection.output()).not.toContain('second');
  });

  it('says why it cannot read', async () => {
    const gateway = await startGateway({ adminToken: TOKEN, record: 'off' });
    const { url } = gateway;
    await expect(tail([url]).exit).rejects.toThrow(/responded with 401: .*admin token/);
    await expect(tail([url, '--admin-token', TOKEN]).exit).rejects.toThrow(/409: .*--record off/);
    await expect(tail([url], { GATEWAY_ADMIN_TOKEN: TOKEN }).exit).rejects.toThrow(/409/);
    await gateway.stop();
    await expect(tail([url]).exit).rejects.toThrow(/no gateway responds at .*/);
    await expect(tail([url, url]).exit).rejects.toThrow('tail takes one URL');
  });
});
