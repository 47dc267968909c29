import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replayCommand } from '../../../src/gateway/cli/replay-command.js';
import { type RunningGateway } from '../../../src/gateway/harness/running-gateway.js';
import { startGateway } from '../../../src/gateway/index.js';
import { type ReplayReport } from '../../../src/gateway/replay/compare-run.js';
import { type Session } from '../../../src/gateway/session/session.js';
import { HttpBackend, type Received } from '../../support/http-backend.js';
import { twoApis } from '../../support/two-apis.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

let folder: string;
let backend: HttpBackend;
let gateway: RunningGateway;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  backend = await HttpBackend.start();
  gateway = await startGateway({ template: twoApis(backend.url) });
});
afterEach(async () => {
  await gateway.close();
  await backend[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function session(query = ''): Promise<Session> {
  return (await (await fetch(`${gateway.endpoint}/_gateway/session${query}`)).json()) as Session;
}

function fileOf(content: unknown): string {
  const file = join(folder, 'session.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function replay(content: unknown, ...flags: string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const args = [fileOf(content), '--url', gateway.endpoint, ...flags];
  const code = await replayCommand.run(args, { env: {}, write: (text) => void (output += text) });
  return { code, output };
}

async function report(content: unknown, ...flags: string[]): Promise<ReplayReport> {
  const { output } = await replay(content, '--json', ...flags);
  return JSON.parse(output) as ReplayReport;
}

/** A backend that posts to the sender what it says, and responds with the number of requests so far. */
function echoing(change: (text: string) => string = (text) => text) {
  return async ({ url, headers, body }: Received) => {
    if (url === '/message') {
      const id = encodeURIComponent(String(headers['connectionid']));
      const post = `${gateway.managementEndpoint('dev')}/@connections/${id}`;
      await fetch(post, { method: 'POST', body: change(body) });
    }
    return {
      status: 200,
      body: JSON.stringify({ at: new Date().toISOString(), you: headers['connectionid'] }),
    };
  };
}

/** Two clients, an HTTP request, a two-way message and each kind of close. */
async function record(): Promise<Session> {
  backend.answer = echoing();
  const ann = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?name=ann`);
  const bob = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?name=bob`);
  ann.send({ action: 'say', text: 'hello' });
  await ann.nextText();
  bob.send({ action: 'ask', id: 7 });
  await bob.nextText();
  await fetch(`${gateway.url('$default')}/books?x=1`, { method: 'PUT', body: '{"title":"A"}' });
  await ann.close(4000, 'done');
  await gateway.waitFor((event) => event.type === 'close');
  gateway.clock.advance('10m');
  await bob.closed;
  await gateway.waitFor(
    (event) =>
      event.type === 'close' && event.steps.some((step) => step.step === 'close' && step.code === 1001),
  );
  return session();
}

describe('replay', () => {
  it('finds no difference while the backend does the same, whatever the ids and the times', async () => {
    const { code, output } = await replay(await record());
    expect(output).toBe(
      'replayed 2 connections, 2 frames, 1 HTTP request, 1 close, 1 clock advance\nno difference\n',
    );
    expect(code).toBe(0);
  });

  it('prints what the backend does differently, and what does not happen again', async () => {
    const recorded = await record();
    backend.answer = async (request) => {
      const response = await echoing((text) => text.replace('hello', 'bye'))(request);
      return request.url === '/books?x=1' ? { status: 500 } : response;
    };
    const { code, output } = await replay(recorded);
    expect(code).toBe(1);
    expect(output).toContain(
      `    frame out, body.text\n        recorded  "hello"\n        replayed  "bye"\n`,
    );
    expect(output).toMatch(/HTTP request 1 \(recorded event \d+, event \d+\)\n {4}response, status/);
    expect(output).toMatch(/2 events differ\n$/);

    backend.answer = () => ({ status: 200, body: '{"at":"2026-01-01T00:00:00Z","you":""}' });
    const { differences } = await report(recorded, '--timeout', '0.2');
    expect(differences.map(({ subject }) => subject)).toContain('post 1 of connection 1');
    expect(differences.find(({ subject }) => subject.startsWith('post'))).not.toHaveProperty('replayedId');
  });

  it('does not compare what is to be ignored', async () => {
    let count = 0;
    backend.answer = () => ({ status: 200, body: JSON.stringify({ count: (count += 1) }) });
    await fetch(`${gateway.url('$default')}/books`);
    const recorded = await session();
    expect(await report(recorded)).toMatchObject({
      differences: [{ steps: [{ differences: [{ name: 'body.count', before: '1', after: '2' }] }, {}] }],
    });
    expect(await report(recorded, '--ignore', 'COUNT')).toMatchObject({ result: 'same' });
  });

  it('plays at another gateway, whose APIs have other ids and another address', async () => {
    const recorded = await record();
    await gateway.close();
    gateway = await startGateway({ template: twoApis(backend.url) });
    expect(await report(recorded)).toMatchObject({ result: 'same' });
  });

  it('needs the secrets that the session has masked, and sends them', async () => {
    using client = await WebSocketClient.open(
      `${gateway.webSocketUrl('dev')}?token=a-secret%20of-this-test&name=ann`,
    );
    await client.close();
    await gateway.waitFor({ type: 'close' });
    const recorded = await session();
    expect(JSON.stringify(recorded)).not.toContain('of-this-test');
    await expect(replay(recorded)).rejects.toThrow('--secret token=VALUE');
    await backend.next();
    await backend.next();
    expect(await report(recorded, '--secret', 'Token=another secret')).toMatchObject({ result: 'same' });
    expect((await backend.next()).headers['token']).toBe('another secret');
  });

  it('restores the faults of the gateway, and repeats those of the session', async () => {
    gateway.faults.set({ integrationFailure: { rate: 1 }, seed: 1 });
    await fetch(`${gateway.url('$default')}/books`);
    const recorded = await session();
    gateway.faults.set({ throttle: { rate: 0.5 }, seed: 2 });
    expect(await report(recorded)).toMatchObject({ result: 'same', played: { 'fault setting': 1 } });
    const faults = await (await fetch(`${gateway.endpoint}/_gateway/faults`)).json();
    expect(faults).toEqual({ throttle: { rate: 0.5 }, seed: 2 });
  });

  it('says what it does not play', async () => {
    using client = await WebSocketClient.open(gateway.webSocketUrl('dev'));
    const { id } = await gateway.waitFor({ type: 'handshake' });
    client.send({ action: 'say' });
    await gateway.waitFor({ type: 'message' });
    const { skipped, result } = await report(await session(`?after=${id}`));
    expect(skipped).toEqual([
      expect.stringMatching(/^event \d+, message: the handshake of .* is not in the session$/),
    ]);
    expect(result).toBe('same');
  });

  it.each([
    ['{', /is not JSON/],
    ['[]', /is not a session/],
    [{ format: 'backchannel-session', version: 2 }, /has the version 2: this program reads version 1/],
    [
      {
        format: 'backchannel-session',
        version: 1,
        exportedAt: '',
        isComplete: true,
        apis: [],
        events: [{ id: 'x' }],
      },
      /is not a valid session: events\/0/,
    ],
    [
      {
        format: 'backchannel-session',
        version: 1,
        exportedAt: '',
        isComplete: true,
        apis: [],
        events: [
          {
            id: 1,
            type: 'message',
            time: '',
            startedMs: 0,
            durationMs: 0,
            outcome: { result: 'done' },
            steps: [{ step: 'x' }],
          },
        ],
      },
      /events\/0\/steps\/0 is not a step/,
    ],
  ])('does not play %j', async (content, problem) => {
    await expect(replay(content)).rejects.toThrow(problem);
  });

  it('does not play a session of an API that the gateway does not have, nor without a gateway', async () => {
    const recorded = await record();
    await gateway.close();
    gateway = await startGateway();
    await expect(replay(recorded)).rejects.toThrow(/the session uses the WEBSOCKET API chat.*none/);
    await expect(
      replayCommand.run([fileOf(recorded), '--url', 'http://127.0.0.1:9'], {
        env: {},
        write: () => undefined,
      }),
    ).rejects.toThrow(/no gateway responds/);
    expect(replayCommand.usageErrorCode).toBe(2);
  });
});
