import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway } from '../../../src/gateway/index.js';
import { type RunningGateway } from '../../../src/gateway/harness/running-gateway.js';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';
import { takeAlong } from '../../../src/gateway/take-along/take-along.js';
import { HttpBackend, type Received } from '../../support/http-backend.js';
import { twoApis } from '../../support/two-apis.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

/** Everything that a shell or curl could expand, and a character outside the BMP. */
const NASTY = `@it's "$HOME" \`id\` \\n !! {a,b} [1-3]\n\t😀 é = ~ *`;

const sh = async (command: string) => promisify(execFile)('/bin/sh', ['-c', command]);

let backend: HttpBackend;
let gateway: RunningGateway;

beforeEach(async () => {
  backend = await HttpBackend.start();
  gateway = await startGateway({ template: twoApis(backend.url) });
});
afterEach(async () => {
  await gateway.close();
  await backend[Symbol.asyncDispose]();
});

const copiesOf = (event: GatewayEvent, handshake?: GatewayEvent) =>
  new Map(
    takeAlong(event, { gatewayUrl: gateway.endpoint, handshake }).map(({ label, text }) => [label, text]),
  );

async function copyOf(event: GatewayEvent, label: string): Promise<string> {
  const handshake =
    event.connectionId === undefined
      ? undefined
      : await gateway.waitFor({ type: 'handshake', connectionId: event.connectionId });
  const copy = copiesOf(event, handshake).get(label);
  if (copy === undefined) throw new Error(`the event has no copy '${label}'`);
  return copy;
}

/** What the backend sees, without what depends on the connection to it. */
const seen = ({ method, url, headers, body }: Received) => ({
  method,
  url,
  headers: { ...headers, connection: '' },
  body,
});

describe('a curl command', () => {
  it('sends the request to the integration again, byte by byte', async () => {
    using client = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?name=%C3%A9&token=`);
    await backend.next();
    client.send(NASTY);
    const first = await backend.next();

    await sh(await copyOf(await gateway.waitFor({ type: 'message' }), 'curl to the backend'));

    expect(seen(await backend.next())).toEqual(seen(first));
  });

  it('sends the request of a client again, byte by byte', async () => {
    const headers = { 'X-Quote': `it's "$HOME" \\ @`, 'X-Empty': '', 'User-Agent': 'test' };
    await fetch(`${gateway.url('$default')}/a%20b/{c}?q=[1]&r=%26&s='`, {
      method: 'PUT',
      headers,
      body: NASTY,
    });
    const first = await backend.next();
    const event = await gateway.waitFor({ type: 'http_request' });

    await sh(await copyOf(event, 'curl'));
    const second = await backend.next();
    await sh(await copyOf(event, 'curl to the backend'));

    const withoutTrace = (received: Received) => ({
      ...seen(received),
      headers: { ...received.headers, connection: '', 'x-amzn-trace-id': '', forwarded: '' },
    });
    expect(withoutTrace(second)).toEqual(withoutTrace(first));
    expect(seen(await backend.next())).toEqual(seen(first));
  });

  it('sends bytes that are not UTF-8, and a GET without a body', async () => {
    await fetch(`${gateway.url('$default')}/bytes`, { method: 'POST', body: Buffer.from([0xff, 0, 0xfe]) });
    await backend.next();
    const bytes = await gateway.waitFor({ type: 'http_request' });
    await fetch(`${gateway.url('$default')}/none`);
    await backend.next();

    await sh(await copyOf(bytes, 'curl to the backend'));
    expect((await backend.next()).headers['content-length']).toBe('3');
    await sh(await copyOf(await gateway.waitFor({ type: 'http_request' }, { after: bytes.id }), 'curl'));
    expect(await backend.next()).toMatchObject({ method: 'GET', url: '/none', body: '' });
  });

  it('says where a secret is masked and where a body is cut', async () => {
    const body = 'x'.repeat(20_000);
    const headers = { authorization: 'Bearer a-secret-of-this-test' };
    await fetch(`${gateway.url('$default')}/x`, { method: 'POST', headers, body });

    const command = await copyOf(await gateway.waitFor({ type: 'http_request' }), 'curl');

    expect(command).not.toContain('a-secret-of-this-test');
    expect(command).toMatch(/^# The gateway masked a secret: put its value in place of \*\*\*/m);
    expect(command).toMatch(/^# The body has 20000 bytes/m);
    expect(command).toContain("--header 'authorization: ***'");
  });
});

describe('an AWS CLI command', () => {
  it.each(['hello', `file:///etc/hostname`, NASTY])('posts again: %j', async (text) => {
    using client = await WebSocketClient.open(gateway.webSocketUrl('dev'));
    const { connectionId } = gateway.connections()[0]!;
    const path = `/@connections/${encodeURIComponent(connectionId)}`;
    await fetch(`${gateway.managementEndpoint('dev')}${path}`, { method: 'POST', body: text });
    expect(await client.nextText()).toBe(text);

    const command = await copyOf(await gateway.waitFor({ type: 'callback' }), 'aws');
    await sh(
      `export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1\n${command}`,
    );

    expect(await client.nextText()).toBe(text);
  });
});

describe('a wscat command', () => {
  it('has the handshake and the message, quoted for a shell', async () => {
    using client = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?name=ann`, {
      protocols: [],
      headers: { 'X-Name': "Ann's", Origin: 'https://app.example' },
    });
    client.send("it's");

    expect(await copyOf(await gateway.waitFor({ type: 'message' }), 'wscat')).toBe(
      String.raw`npx wscat \
  --connect '${gateway.webSocketUrl('dev')}?name=ann' \
  --origin https://app.example \
  --header 'X-Name:Ann'\''s' \
  --execute='it'\''s' \
  --wait 5`,
    );
  });
});

/** Runs the source of a test with these functions in place of its imports. */
async function run(source: string): Promise<void> {
  const tests: (() => Promise<void>)[] = [];
  const before: (() => Promise<void>)[] = [];
  const after: (() => Promise<void>)[] = [];
  const scope = {
    startGateway: async () => startGateway({ template: twoApis(backend.url) }),
    expect,
    test: (_: string, body: () => Promise<void>) => tests.push(body),
    beforeAll: (body: () => Promise<void>) => before.push(body),
    afterAll: (body: () => Promise<void>) => after.push(body),
  };
  const body = source.replaceAll(/^import .*$/gm, '');
  // oxlint-disable-next-line typescript/no-implied-eval -- the source is what the test is about
  new Function(...Object.keys(scope), body)(...Object.values(scope));
  expect(tests).toHaveLength(1);
  try {
    for (const step of [...before, ...tests]) await step();
  } finally {
    for (const step of after) await step();
  }
}

describe('a Vitest test', () => {
  it('passes while the backend does the same, and fails when it does not', async () => {
    backend.answer = () => ({ status: 200, body: 'reply' });
    using client = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?name=ann`);
    client.send({ action: 'ask', text: NASTY });
    await client.nextText();
    const source = await copyOf(await gateway.waitFor({ type: 'message' }), 'Vitest test');
    await run(source);
    backend.answer = () => ({ status: 200, body: 'another' });
    await expect(run(source)).rejects.toThrow(/another/);
  });

  it('expects a refused handshake', async () => {
    backend.answer = () => ({ status: 403 });
    await expect(WebSocketClient.open(gateway.webSocketUrl('dev'))).rejects.toThrow(/403/);
    const source = await copyOf(await gateway.waitFor({ type: 'handshake' }), 'Vitest test');
    await run(source);
    backend.answer = () => ({ status: 200 });
    await expect(run(source)).rejects.toThrow('it was accepted');
  });

  it('expects the response of an HTTP API', async () => {
    backend.answer = () => ({ status: 201, body: 'made' });
    await fetch(`${gateway.url('$default')}/books?x=1`, { method: 'POST', body: NASTY });
    const source = await copyOf(await gateway.waitFor({ type: 'http_request' }), 'Vitest test');
    await run(source);
    backend.answer = () => ({ status: 200, body: 'made' });
    await expect(run(source)).rejects.toThrow('expected 200 to be 201');
  });
});

describe('what can be taken along', () => {
  it('is nothing from an event that no client caused', async () => {
    gateway.clock.advance('1s');
    expect(copiesOf(await gateway.waitFor({ type: 'clock' })).size).toBe(0);
  });
});
