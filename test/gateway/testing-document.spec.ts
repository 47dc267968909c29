import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startGateway } from '../../src/gateway/index.js';
import { HttpBackend } from '../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../support/web-socket-client.js';
import { NLB_TEMPLATE } from './harness-templates.js';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/testing.md'), 'utf8');

it('prints the template that its test of a function needs', async () => {
  const [, template = ''] = TEXT.match(/^## With `node:test`$[^]*?^```yaml\n([^]*?)^```$/m) ?? [];
  await using gateway = await startGateway({
    template,
    functions: { chat: () => ({ statusCode: 200, body: 'unknown action' }) },
  });
  using client = await WebSocketClient.open(gateway.webSocketUrl());
  client.send({ action: 'fly' });
  expect(await client.nextText()).toBe('unknown action');
});

it('finds the headers of a request in a way that compiles', async () => {
  await using backend = await HttpBackend.start();
  await using gateway = await startGateway({ template: NLB_TEMPLATE, targets: { nlb: backend.url } });
  using client = await WebSocketClient.open(gateway.webSocketUrl());
  client.send({ action: 'say' });
  const event = await gateway.waitFor({ type: 'message', routeKey: 'say' });
  const request = event.steps.find((each) => each.step === 'integration_request' && each.kind === 'http');
  expect(request?.headers).toContainEqual(['ConnectionId', event.connectionId]);
  expect(TEXT).toContain(
    "event.steps.find((each) => each.step === 'integration_request' && each.kind === 'http')",
  );
});

it('waits for a client in a way that fails when the handshake is refused', async () => {
  const [, body = ''] = TEXT.match(/^async function connect\(\) \{\n([^]*?)^\}$/m) ?? [];
  await using gateway = await startGateway();
  const webSocketUrl = () => `${gateway.endpoint.replace('http', 'ws')}/none`;
  expect((await refusedHandshake(webSocketUrl())).status).toBe(403);
  // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- the document's own code
  const connect = new Function('gateway', `return (async () => {${body}})()`) as (
    gateway: object,
  ) => Promise<unknown>;
  await expect(connect({ webSocketUrl })).rejects.toThrow('the handshake failed');
});
