import { WebSocket as WsWebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveService, type Member, upTo } from './live-service.js';

/** Guarantee 3, with the real gateway and service: more than two hours, in which messages are published all the time. */
let live: LiveService;

beforeEach(async () => {
  live = await LiveService.start();
});
afterEach(async () => live[Symbol.asyncDispose]());

/** Publishes one message after the other until it is stopped. */
class Publisher {
  published = 0;
  #isStopped = false;
  readonly #ended: Promise<void>;

  constructor(readonly member: Member) {
    this.#ended = this.#publish();
    // awaited by stop()
    this.#ended.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  async #publish(): Promise<void> {
    while (!this.#isStopped) {
      await this.member.room.publish({ n: this.published });
      this.published += 1;
    }
  }
}

describe('during two hours and a half', () => {
  it.each([
    ['of Node.js', undefined],
    ['of the package ws', WsWebSocket],
  ])('nothing is missed, doubled or reordered, with the WebSocket %s', async (_, WebSocket) => {
    const options = WebSocket === undefined ? {} : { WebSocket };
    const members = await Promise.all(
      Array.from({ length: 6 }, async (__, n) => live.join(`member-${n}`, 'news', options)),
    );
    const publishers = await Promise.all(
      Array.from(
        { length: 2 },
        async (__, n) => new Publisher(await live.join(`publisher-${n}`, 'news', options)),
      ),
    );
    const everyone = [...members, ...publishers.map(({ member }) => member)];
    for (let minute = 0; minute < 150; minute += 5) {
      // each step while messages are in flight, but none in the middle of a hand-over: it takes longer here than by the clock
      await Promise.all(everyone.map(async (member) => member.receivesMore()));
      await Promise.all(
        everyone.map(async (member) => member.until(() => member.handOvers.at(-1) !== 'started')),
      );
      await live.advance(5);
    }
    await Promise.all(publishers.map(async (publisher) => publisher.stop()));
    const published = publishers.reduce((sum, publisher) => sum + publisher.published, 0);
    await Promise.all(members.map(async (member) => member.until(() => member.offsets.length >= published)));

    for (const { offsets, recoveries, statuses, handOvers } of members) {
      expect(offsets).toEqual(upTo(published));
      expect(recoveries).not.toContain(false);
      // never without a connection
      expect(statuses).toEqual(['connected']);
      expect(handOvers).toEqual(['started', 'completed']);
    }
  });
});
