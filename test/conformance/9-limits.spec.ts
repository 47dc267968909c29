import { describe, expect, it } from 'vitest';
import { ApiUnderTest, startBackend } from './api-under-test.js';

describe('§9 a client is', () => {
  it('heard with a message of 128 KB, in frames of 32 KB that arrive as one [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    // in frames of 32 KB
    client.send('x'.repeat(128 * 1024));
    expect((await backend.next()).body).toHaveLength(128 * 1024);
    expect(backend.unexpected).toEqual([]);
  });

  it('closed with 1009 Message too big for a message over 128 KB [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    client.send('x'.repeat(128 * 1024 + 1));
    expect(await client.closed).toEqual({ code: 1009, reason: 'Message too big' });
    expect(backend.unexpected).toEqual([]);
  });

  it('heard with a frame of 32 KB, and closed with 1009 for a larger one [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    client.send('x'.repeat(32 * 1024));
    expect((await backend.next()).body).toHaveLength(32 * 1024);
    // not in frames
    client.socket.send('x'.repeat(32 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
    expect(backend.unexpected).toEqual([]);
  });

  it('closed with 1003 Binary is not supported for a binary frame [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    using client = await api.open();
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(await client.closed).toEqual({ code: 1003, reason: 'Binary is not supported' });
  });

  it('answered with a pong for a ping [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    using client = await api.open();
    const pong = new Promise((resolve) => client.socket.once('pong', resolve));
    client.socket.ping('here');
    expect(String(await pong)).toBe('here');
  });
});
