import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsCredentials } from '../../../../src/nest/aws/aws-credentials.js';
import { CallbackCredentials } from '../../../../src/nest/callback/client/callback-credentials.js';
import { CredentialsError } from '../../../../src/nest/callback/callback.errors.js';
import { ConfigError } from '../../../../src/nest/config/config.errors.js';
import { CredentialsLog } from '../../../../src/nest/callback/credentials-log.js';

const MINUTE = 60_000;
const RENEWAL_MS = 20;

describe('the credentials of callbacks', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const validFor = (ms: number): AwsCredentials => ({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    expiration: new Date(Date.now() + ms),
  });

  function start() {
    const source = vi.fn<() => Promise<AwsCredentials>>(async () => validFor(MINUTE));
    const credentialsRead = vi.fn<(failure: CredentialsError | undefined) => void>();
    return {
      source,
      credentialsRead,
      credentials: new CallbackCredentials(source, RENEWAL_MS, { credentialsRead }),
    };
  }

  const advance = async (ms: number) => {
    vi.setSystemTime(Date.now() + ms);
  };

  it('are returned without a promise after the first read, and read at most once a second', async () => {
    const { source, credentials } = start();
    const first = await credentials.current();
    expect(credentials.current()).toBe(first);
    expect(source).toHaveBeenCalledTimes(1);
    await advance(1_000);
    expect(credentials.current()).toBe(first);
    expect(source).toHaveBeenCalledTimes(2);
  });

  it('are used until they expire while their source is unavailable', async () => {
    const { source, credentials } = start();
    const first = await credentials.current();
    source.mockRejectedValue(new Error('no source'));
    await advance(MINUTE - 1);
    expect(credentials.current()).toBe(first);
    await advance(1);
    await expect(credentials.current()).rejects.toEqual(new CredentialsError('no source'));
  });

  it('are refused at once after they expire, while their source is read once a second', async () => {
    const { source, credentials } = start();
    await credentials.current();
    source.mockRejectedValue(new Error('no source'));
    await advance(MINUTE);
    for (let message = 0; message < 100; message += 1) {
      await expect(credentials.current()).rejects.toBeInstanceOf(CredentialsError);
    }
    expect(source).toHaveBeenCalledTimes(2);
  });

  it('are available again when their source is', async () => {
    const { source, credentials, credentialsRead } = start();
    await credentials.current();
    source.mockRejectedValueOnce(new Error('no source'));
    await advance(MINUTE);
    await expect(credentials.current()).rejects.toBeInstanceOf(CredentialsError);
    await advance(1_000);
    await vi.waitFor(async () => {
      expect(await credentials.current()).toMatchObject({ accessKeyId: 'id' });
    });
    expect(credentialsRead.mock.lastCall).toEqual([undefined]);
  });

  it('fail callbacks after they expire while a read of their source hangs, and are used if it ends late', async () => {
    const { source, credentials, credentialsRead } = start();
    await credentials.current();
    const { promise: hanging, resolve: end } = Promise.withResolvers<AwsCredentials>();
    source.mockReturnValueOnce(hanging);
    await advance(MINUTE);
    const hangs = new CredentialsError('no response in 0.02 s');
    await expect(credentials.current()).rejects.toEqual(hangs);
    await expect(credentials.current()).rejects.toEqual(hangs);
    expect(source).toHaveBeenCalledTimes(2);
    expect(credentialsRead.mock.lastCall).toEqual([hangs]);
    const late = validFor(MINUTE);
    end(late);
    await vi.waitFor(async () => expect(await credentials.current()).toBe(late));
    expect(credentialsRead.mock.lastCall).toEqual([undefined]);
  });

  it('have an error of one line without a stack', async () => {
    const { source, credentials } = start();
    source.mockRejectedValue(new Error('several\n  lines'));
    const error: unknown = await Promise.resolve(credentials.current()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: 'no AWS credentials: several lines' });
    expect((error as Error).stack).toBeUndefined();
  });

  it('end the start when there are none', async () => {
    const { source, credentials, credentialsRead } = start();
    source.mockRejectedValue(new Error('no source'));
    await expect(credentials.readAtStart('https://api/prod')).rejects.toBeInstanceOf(ConfigError);
    expect(credentialsRead).not.toHaveBeenCalled();
  });

  it('are logged once a minute while they cannot be read, and when they are available again', () => {
    const log = { info: vi.fn<() => void>(), error: vi.fn<() => void>() };
    const credentialsLog = new CredentialsLog(log);
    const failure = new CredentialsError('no source');
    for (let seconds = 0; seconds < 61; seconds += 1) {
      credentialsLog.read(failure);
      vi.setSystemTime(Date.now() + 1_000);
    }
    expect(log.error).toHaveBeenCalledTimes(2);
    credentialsLog.read(undefined);
    credentialsLog.read(undefined);
    expect(log.info).toHaveBeenCalledTimes(1);
  });
});
