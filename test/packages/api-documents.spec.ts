import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Parser } from '@asyncapi/parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatModule } from '../nest/extending/chat.module.js';
import { startService, type TestService } from '../support/service-app.js';
import { Consumer } from './consumer.js';

const REDOCLY = join(import.meta.dirname, '../../node_modules/@redocly/cli/bin/cli.js');
const API_KEY = 'a-key-of-32-characters-for-orders';

let service: TestService;
let consumer: Consumer;

beforeAll(async () => {
  service = await startService({ API_KEYS: `orders:${API_KEY}` }, { imports: [ChatModule] });
  await service.post('/connect', 'a=').set('UserId', '-').expect(200);
  await service.send('a=', { action: 'join', channel: 'news' }).expect(200);
  consumer = await Consumer.install([], ['openapi-typescript@7', 'openapi-fetch@0.13', '@types/node@24']);
});
afterAll(async () => {
  consumer[Symbol.dispose]();
  await service[Symbol.asyncDispose]();
});

/** What docs/backend-api.md shows: a client whose types are generated. */
const CLIENT = `
import createClient from 'openapi-fetch';
import type { components, paths } from './backend-api.js';

const { SERVICE_URL: baseUrl = '', API_KEY = '' } = process.env;
const api = createClient<paths>({ baseUrl, headers: { Authorization: 'Bearer ' + API_KEY } });

const published = await api.POST('/v1/channels/{channel}/messages', {
  params: { path: { channel: 'news' }, header: { 'Idempotency-Key': 'order-4711' } },
  body: { data: { text: 'hello' } },
});
const position: components['schemas']['PublishedResponse'] | undefined = published.data;
const batch = await api.POST('/v1/messages', { body: { messages: [{ channel: 'news', data: 1 }] } });
const history = await api.GET('/v1/channels/{channel}/messages', {
  params: { path: { channel: 'news' }, query: { limit: 1 } },
});
const members = await api.GET('/v1/channels/{channel}/members', { params: { path: { channel: 'news' } } });
const connection = await api.GET('/v1/connections/{connectionId}', { params: { path: { connectionId: 'a=' } } });
const direct = await api.POST('/v1/connections/{connectionId}/messages', {
  params: { path: { connectionId: 'a=' } },
  body: { data: 'for you' },
});
const reconnects = await api.POST('/v1/reconnects', { body: { spreadMs: 1000, limit: 10 } });
const absent = await api.GET('/v1/connections/{connectionId}', { params: { path: { connectionId: 'absent' } } });
// @ts-expect-error -- a member that the document does not have
const refused = await api.POST('/v1/reconnects', { body: { spread: 1000 } });
const problem: components['schemas']['Problem'] | undefined = absent.error;
console.log(JSON.stringify({
  offset: position?.offset,
  batched: batch.data?.results.map((result) => 'offset' in result ? result.offset : result.problem.code),
  history: history.data?.messages.map(({ data }) => data),
  members: members.data?.members.map(({ connectionId }) => connectionId),
  connectionId: connection.data?.connectionId,
  delivered: direct.data?.delivered,
  notified: reconnects.data?.notified,
  problem: problem?.code,
  refused: refused.error?.code,
}));
`;

describe('the OpenAPI document', () => {
  it("passes Redocly's linter with its recommended rules", async () => {
    const file = consumer.write('openapi.json', await (await fetch(`${service.url}/v1/openapi.json`)).text());
    const linted = promisify(execFile)(process.execPath, [REDOCLY, 'lint', '--format=stylish', file], {
      cwd: consumer.folder,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
    const { stdout, stderr } = await linted;
    expect(`${stdout}${stderr}`).toContain('Your API description is valid');
    expect(`${stdout}${stderr}`).not.toContain('warning');
  });

  it('gives a generated client, which compiles, refuses a wrong request, and works', async () => {
    await consumer.run('npx', [
      '--no-install',
      'openapi-typescript',
      `${service.url}/v1/openapi.json`,
      '-o',
      'backend-api.ts',
    ]);
    consumer.write('client.ts', CLIENT);
    await expect(consumer.compile(OPTIONS)).resolves.toBeUndefined();
    const output = await consumer.run(process.execPath, ['out/client.js'], {
      SERVICE_URL: service.url,
      API_KEY,
    });
    expect(JSON.parse(output)).toEqual({
      offset: 1,
      batched: [2],
      history: [{ text: 'hello' }],
      members: ['a='],
      connectionId: 'a=',
      delivered: 1,
      notified: 1,
      problem: 'unknown_connection',
      refused: 'bad_request',
    });
  });
});

/** openapi-fetch's declarations need the types of `fetch`. Whether others' declarations are right is not our matter. */
const OPTIONS = { lib: ['ES2024', 'DOM', 'DOM.Iterable'], skipLibCheck: true };

/** What docs/nest.md shows: types of messages from the AsyncAPI document. */
const GENERATE = `
import { writeFile } from 'node:fs/promises';
import openapiTypes, { astToString } from 'openapi-typescript';

const response = await fetch(process.argv[2]);
const { info, components } = await response.json();
const { schemas } = components;
const types = await openapiTypes({ openapi: '3.1.0', info, paths: {}, components: { schemas } });
await writeFile('messages.ts', astToString(types));
`;

const FRONT_END = `
import type { components } from './messages.js';

type Messages = components['schemas'];
const roll: Messages['RollMessage'] = { action: 'roll', channel: 'table', id: 1 };
const sent: Messages['AnyClientMessage'][] = [roll, { action: 'publish', channel: 'table', data: null }];
export function textOf(message: Messages['AnyServerMessage']): string {
  if (!('type' in message)) return '';
  return message.type === 'error' ? message.code : message.type;
}
// @ts-expect-error -- a member that the action does not have
sent.push({ action: 'roll', chanel: 'table' });
console.log(sent.length, textOf({ type: 'error', code: 'not_joined', message: '' }));
`;

describe('the AsyncAPI document', () => {
  it("is valid for AsyncAPI's own parser, with every action of the application", async () => {
    const text = await (await fetch(`${service.url}/v1/asyncapi.json`)).text();
    const { document, diagnostics } = await new Parser().parse(text);
    // 3.1.0 adds nothing for WebSocket APIs, and fewer tools read it
    expect(diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')).toEqual([]);
    const received = document!.operations().filterByReceive();
    const ids: (string | undefined)[] = received.map((operation) => operation.id());
    expect(new Set(ids)).toEqual(new Set(['join', 'leave', 'ping', 'presence', 'publish', 'roll']));
  });

  it('gives generated types of the messages', async () => {
    consumer.write('generate.mjs', GENERATE);
    await consumer.run(process.execPath, ['generate.mjs', `${service.url}/v1/asyncapi.json`]);
    consumer.write('front-end.ts', FRONT_END);
    await expect(consumer.compile(OPTIONS)).resolves.toBeUndefined();
    expect(await consumer.run(process.execPath, ['out/front-end.js'])).toBe('3 not_joined\n');
  });
});
