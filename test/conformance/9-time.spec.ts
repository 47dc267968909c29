import { describe, expect, it } from 'vitest';
import { CONNECTION_ID } from '../support/deployed-api.js';
import { ApiUnderTest, connectionIdOf, startBackend } from './api-under-test.js';
import { isOwnStandIn } from './target.js';

/** An API with one client; the clock is the stand-in's. */
async function connected() {
  const backend = await startBackend();
  const api = await ApiUnderTest.deployed({
    $connect: { integration: { IntegrationUri: backend.publicUrl, RequestParameters: CONNECTION_ID } },
    $default: { integration: { IntegrationUri: backend.publicUrl } },
  });
  const client = await api.open();
  return {
    backend,
    api,
    client,
    connectionId: connectionIdOf(await backend.next()),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

// two hours are too long to wait: these move the clock of a stand-in that serves no other case, and are skipped elsewhere
describe.runIf(isOwnStandIn)('§9 (stand-in only: its clock is moved) a connection', () => {
  it('is closed with 1001 Going away after 10 minutes without a message [observed]', async () => {
    await using on = await connected();
    await on.api.admin.advanceClock('599s');
    expect(on.client.socket.readyState).toBe(on.client.socket.OPEN);
    await on.api.admin.advanceClock('1s');
    expect(await on.client.closed).toEqual({ code: 1001, reason: 'Going away' });
  });

  it('is not idle when the client sends [documented]', async () => {
    await using on = await connected();
    await on.api.admin.advanceClock('9m');
    on.client.send('here');
    await on.backend.next();
    await on.api.admin.advanceClock('9m');
    expect(await on.api.getConnection(on.connectionId)).toHaveProperty('ConnectedAt');
  });

  it('is not idle when something is posted to it [observed]', async () => {
    await using on = await connected();
    await on.api.admin.advanceClock('9m');
    await on.api.post(on.connectionId, 'here');
    await on.api.admin.advanceClock('9m');
    expect(await on.api.getConnection(on.connectionId)).toHaveProperty('ConnectedAt');
  });

  it('is closed after 2 hours, however busy [documented]', async () => {
    await using on = await connected();
    for (let minutes = 9; minutes < 120; minutes += 9) {
      await on.api.admin.advanceClock('9m');
      await on.api.post(on.connectionId, 'here');
    }
    await on.api.admin.advanceClock('9m');
    // with which code is known from emulators only
    expect(await on.client.closed).toHaveProperty('code');
  });
});

describe.runIf(isOwnStandIn)('§8 (stand-in only: by its faults) a post', () => {
  it('that is throttled is 429 LimitExceededException [documented]', async () => {
    await using on = await connected();
    await on.api.admin.setFaults({ throttle: { rate: 1 } });
    const response = await on.api.callback(`/@connections/${encodeURIComponent(on.connectionId)}`, {
      method: 'POST',
      body: 'x',
    });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      429,
      'LimitExceededException',
    ]);
  });
});
