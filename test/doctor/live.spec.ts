import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessKeysOfEnvironment } from '../../src/gateway/iam/access-keys.js';
import { FULL_ACCESS } from '../../src/gateway/iam/iam-settings.js';
import { parsePolicy } from '../../src/gateway/iam/policy.js';
import { LIVE_FACTS, type Parity } from '../../src/doctor/live/live-facts.js';
import { HttpBackend } from '../support/http-backend.js';
import { LiveSetUp, STAGE } from './live-set-up.js';

const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
const accessKeys = accessKeysOfEnvironment(keys, '111122223333');

let backend: HttpBackend;
let setUp: LiveSetUp | undefined;
beforeEach(async () => {
  backend = await HttpBackend.start();
  // what the client sends is answered with the id of its connection
  backend.answer = ({ headers, url }) =>
    url === '/chat' && headers['token'] === 'refused'
      ? { status: 401 }
      : { status: 200, body: JSON.stringify({ data: { connectionId: headers['connectionid'] } }) };
});
afterEach(async () => {
  await setUp?.[Symbol.asyncDispose]();
  await backend[Symbol.asyncDispose]();
});

async function start(policy = FULL_ACCESS.others): Promise<LiveSetUp> {
  setUp = await LiveSetUp.start({
    targets: new Map([['chat', new URL(backend.url).host]]),
    iam: { auth: 'sigv4', accessKeys, policies: { byArn: new Map(), others: policy } },
  });
  return setUp;
}

const url = ({ gateway }: LiveSetUp, query = '') => `${gateway.url.replace('http', 'ws')}/${STAGE}${query}`;

const measure = (run: LiveSetUp, ...args: string[]) =>
  run.doctor('--only', 'protocol', '--live', '--url', url(run), ...args);

describe('--live', () => {
  it('measures every fact, and the stand-in does what its column says', async () => {
    const run = await start();
    await run.api.createRouteResponse('$default');
    await run.api.createDeployment(STAGE);
    const { exitCode, output, errors } = await measure(run, '--json');
    const { parity } = JSON.parse(output) as { parity: Parity };
    expect(parity.rows.filter(({ isSame }) => !isSame)).toEqual([]);
    expect(parity.rows.map(({ fact }) => fact)).toEqual(Object.keys(LIVE_FACTS));
    expect(parity).toMatchObject({
      region: 'eu-central-1',
      date: new Date().toISOString().slice(0, 10),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    });
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  });

  it('prints a report that names neither the account nor the API', async () => {
    const run = await start();
    await run.api.createRouteResponse('$default');
    await run.api.createDeployment(STAGE);
    const { output } = await measure(run);
    const report = /^Parity with backchannel-gateway \d.*\n\n(?:\|.*\n)+/m.exec(output)![0];
    expect(report).toContain('| a callback of 131,073 bytes | 413, no error type, no body | same |');
    expect(report).not.toContain(run.api.apiId);
    expect(report).not.toContain('111122223333');
  });

  it('sends --header and the query of --url, and does not print the query', async () => {
    const run = await start();
    const { output, exitCode } = await run.doctor(
      '--only',
      'protocol',
      '--live',
      '--url',
      url(run, '?token=refused'),
      '--header',
      'X-Tenant: a',
    );
    const { headers } = await backend.next();
    expect(headers).toMatchObject({ token: 'refused', 'x-tenant': 'a' });
    expect(output).toMatch(
      /^× a handshake is accepted \[handshake\]\n {4}ws:\S+\/prod: the handshake was refused with 401$/m,
    );
    expect(output).not.toContain('token=refused');
    expect(exitCode).toBe(1);
  });

  it('skips what needs the connection id if no message has it', async () => {
    const run = await start();
    backend.answer = () => ({ status: 200, body: 'pong' });
    await run.api.createRouteResponse('$default');
    await run.api.createDeployment(STAGE);
    const { output } = await measure(run);
    expect(output).toMatch(/^- a callback after the close: no message has the connectionId/m);
    expect(output).toMatch(/^√ a frame of 32,769 bytes: close 1009 Message too big/m);
    expect(output).toMatch(/^\| GetConnection \| .* \| not measured \|$/m);
  });

  it('names the permission that callbacks need', async () => {
    const run = await start(
      parsePolicy({ Statement: [{ Effect: 'Allow', Action: 'none:Nothing', Resource: '*' }] }),
    );
    await run.api.createRouteResponse('$default');
    await run.api.createDeployment(STAGE);
    const { output } = await measure(run);
    expect(output).toMatch(
      /^- GetConnection: needs the permission execute-api:ManageConnections \[get-connection\]$/m,
    );
  });

  it('shows where AWS differs from the stand-in', async () => {
    // its @connections does not ask for signatures
    setUp = await LiveSetUp.start({ targets: new Map([['chat', new URL(backend.url).host]]) });
    await setUp.api.createRouteResponse('$default');
    await setUp.api.createDeployment(STAGE);
    const { output, exitCode } = await measure(setUp);
    expect(output).toMatch(
      /^‼ a callback without a signature \[unsigned-callback\]\n {4}200, no error type, no body; the stand-in: 403 Missing/m,
    );
    expect(output).toMatch(
      /^\| a callback without a signature \| 403 .* \| \*\*200, no error type, no body\*\* \|$/m,
    );
    expect(exitCode).toBe(0);
  });

  it('says that the stage cannot be reached', async () => {
    const run = await start();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    const { output, exitCode } = await run.doctor(
      '--only',
      'protocol',
      '--live',
      '--url',
      `ws://127.0.0.1:${port}/prod`,
    );
    expect(output).toMatch(/the handshake failed: connect ECONNREFUSED/);
    expect(exitCode).toBe(1);
  });
});
