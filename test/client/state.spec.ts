import { describe, expect, it, vi } from 'vitest';
import { type Position } from '../../src/client/index.js';
import { settle } from '../../src/client/testing/index.js';
import { SetUp } from './set-up.js';

/** The second half of guarantee 1: the application reads its state, and the stream goes on from there. */

/** A backend's state: the data of all messages so far. */
class Backend {
  readonly setUp = new SetUp();
  readonly events: string[] = [];
  #items: string[] = [];
  /** What the functions `state` wait for. */
  #gates: (() => void)[] = [];
  isGated = false;
  reads = 0;

  publish(item: string): void {
    this.#items.push(item);
    this.setUp.service.publish('news', item);
  }

  read = async () => {
    this.reads += 1;
    const { position } = this.setUp.service.channel('news');
    if (this.isGated) await new Promise<void>((resolve) => this.#gates.push(resolve));
    return { items: [...this.#items], position: position as Position | undefined };
  };

  async open(): Promise<void> {
    for (const open of this.#gates.splice(0)) open();
    await settle();
  }

  async join(state: () => Promise<{ items: string[]; position?: Position | undefined }> = this.read) {
    const client = this.setUp.connect();
    const room = client.channel('news', { state });
    room.on('joined', ({ recovered }) => this.events.push(`joined ${recovered}`));
    room.on('state', ({ items }) => this.events.push(`state ${items.join()}`));
    room.on('message', ({ data }) => this.events.push(String(data)));
    room.on('error', ({ code, message }) => this.events.push(`${code}: ${message}`));
    await settle();
    return { client, room };
  }
}

describe('the state of a channel', () => {
  it('is read after the first join, and messages follow on top of it', async () => {
    const backend = new Backend();
    backend.publish('a');
    await backend.join();
    backend.publish('b');
    await settle();
    expect(backend.events).toEqual(['joined true', 'state a', 'b']);
  });

  it('contains messages that arrive while it is read, which are not handed on again', async () => {
    const backend = new Backend();
    backend.isGated = true;
    await backend.join(async () => {
      const state = await backend.read();
      return { ...state, position: backend.setUp.service.channel('news').position };
    });
    backend.publish('a');
    backend.publish('b');
    await backend.open();
    backend.publish('c');
    await settle();
    expect(backend.events).toEqual(['joined true', 'state a,b', 'c']);
  });

  it('is followed by the messages after the position that was read first', async () => {
    const backend = new Backend();
    backend.isGated = true;
    await backend.join();
    backend.publish('a');
    await backend.open();
    // `a` is in the state and after its position: what follows may be known already, and nothing is missing
    expect(backend.events).toEqual(['joined true', 'state a', 'a']);
  });

  it('without a position is followed by the messages after the join', async () => {
    const backend = new Backend();
    backend.isGated = true;
    await backend.join(async () => ({ items: (await backend.read()).items }));
    backend.publish('a');
    await backend.open();
    expect(backend.events).toEqual(['joined true', 'state a', 'a']);
  });

  it('is read again when messages are missing', async () => {
    const backend = new Backend();
    await backend.join();
    backend.publish('a');
    await settle();
    backend.setUp.service.disconnect();
    await settle();
    backend.publish('b');
    backend.setUp.service.channel('news').trim();
    await backend.setUp.advance(2000);
    backend.publish('c');
    await settle();
    expect(backend.events).toEqual(['joined true', 'state ', 'a', 'joined false', 'state a,b', 'c']);
  });

  it('is not read again when nothing is missing', async () => {
    const backend = new Backend();
    await backend.join();
    backend.setUp.service.disconnect();
    await settle();
    backend.publish('a');
    await backend.setUp.advance(2000);
    expect(backend.events).toEqual(['joined true', 'state ', 'a', 'joined true']);
  });

  it('that is older than the join is followed by what was published since', async () => {
    const backend = new Backend();
    backend.publish('a');
    const old = await backend.read();
    backend.publish('b');
    await backend.join(async () => old);
    expect(backend.events).toEqual(['joined true', 'state a', 'b', 'joined true']);
  });

  it('that is older than the log is read again, not more often than with backoff', async () => {
    const backend = new Backend();
    backend.publish('a');
    const old = await backend.read();
    backend.publish('b');
    backend.setUp.service.channel('news').trim();
    let isOld = true;
    await backend.join(async () => (isOld ? old : backend.read()));
    backend.reads = 0;
    await backend.setUp.advance(20_000);
    const states = backend.events.filter((event) => event.startsWith('state'));
    expect(states.length).toBeGreaterThan(3);
    expect(states.length).toBeLessThan(12);
    isOld = false;
    await backend.setUp.advance(20_000);
    backend.publish('c');
    await settle();
    expect(backend.events.slice(-2)).toEqual(['state a,b', 'c']);
  });

  it('is read again when the function fails, and the application is told', async () => {
    const backend = new Backend();
    let failures = 1;
    await backend.join(async () => {
      if ((failures -= 1) >= 0) throw new Error('503');
      return backend.read();
    });
    expect(backend.events).toEqual(['joined true', expect.stringMatching(/^no_state: .*503/)]);
    await backend.setUp.advance(1000);
    backend.publish('a');
    await settle();
    expect(backend.events.slice(2)).toEqual(['state ', 'a']);
  });

  it('is not used when the channel is left or joined anew meanwhile, and the function is told so', async () => {
    const backend = new Backend();
    const aborted = vi.fn<() => void>();
    const client = backend.setUp.connect();
    const room = client.channel('news', {
      state: ({ signal }) => {
        signal.addEventListener('abort', aborted);
        return new Promise<{ items: string[] }>(() => undefined);
      },
    });
    const states = vi.fn<() => void>();
    room.on('state', states);
    await settle();
    await room.leave();
    expect(aborted).toHaveBeenCalledTimes(1);
    expect(states).not.toHaveBeenCalled();
  });
});
