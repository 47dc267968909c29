import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsCredentials } from '../../../src/nest/aws/aws-credentials.js';
import { limitReads, READ_TIMEOUT_MS } from '../../../src/nest/aws/limit-reads.js';

describe('a read of credentials', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const keys = (accessKeyId: string): AwsCredentials => ({ accessKeyId, secretAccessKey: 'secret' });
  const hangs = () => new Promise<AwsCredentials>(() => {});

  async function expectTimeout(read: Promise<AwsCredentials>) {
    const outcome = read.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(READ_TIMEOUT_MS);
    expect(await outcome).toEqual(new Error('no response in 15 s'));
  }

  it('that hangs fails, and the next one is a new attempt', async () => {
    const createChain = vi.fn<() => () => Promise<AwsCredentials>>(() => hangs);
    const read = limitReads(createChain);
    await expectTimeout(read());
    createChain.mockReturnValue(async () => keys('new'));
    expect(await read()).toEqual(keys('new'));
  });

  it('is attempted anew ever more rarely while it hangs', async () => {
    const createChain = vi.fn<() => () => Promise<AwsCredentials>>(() => hangs);
    const read = limitReads(createChain);
    for (let reads = 0; reads < 100; reads += 1) await expectTimeout(read());
    // 15, 30, 60, … 480 s, then every 600 s
    expect(createChain.mock.calls.length).toBeLessThan(10);
  });

  it('that succeeds late is used by the next one', async () => {
    const { promise, resolve } = Promise.withResolvers<AwsCredentials>();
    const createChain = vi.fn<() => () => Promise<AwsCredentials>>(() => hangs);
    createChain.mockReturnValueOnce(() => promise);
    const read = limitReads(createChain);
    await expectTimeout(read());
    await expectTimeout(read());
    resolve(keys('late'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await read()).toEqual(keys('late'));
  });
});
