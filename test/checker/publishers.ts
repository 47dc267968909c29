import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient } from './api-client.ts';
import { type History, type Outcome, type Position, type PublishEvent } from './history.ts';
import { type Random } from './random.ts';

export interface ApiPublisherOptions {
  readonly name: string;
  readonly api: ApiClient;
  readonly history: History;
  readonly random: Random;
  readonly channels: readonly string[];
  /** Whether its requests have an `Idempotency-Key`, with which they are repeated until their outcome is known. */
  readonly hasKeys: boolean;
}

/** Another backend that publishes. */
export class ApiPublisher {
  readonly #options: ApiPublisherOptions;
  #count = 0;

  constructor(options: ApiPublisherOptions) {
    this.#options = options;
  }

  /** Publishes until the signal. @returns once the outcome of the last message is known, or will not be */
  async run(signal: AbortSignal): Promise<void> {
    const { random, channels, hasKeys } = this.#options;
    while (!signal.aborted) {
      await pause(random.integer(100, 400), signal);
      const channel = random.pick(channels);
      const published = await this.publish(channel);
      if (hasKeys && published.outcome === 'ok' && random.chance(0.3)) await this.#repeat(published);
    }
  }

  /** Publishes one message. */
  async publish(channel: string): Promise<PublishEvent> {
    const { name, history, hasKeys } = this.#options;
    this.#count += 1;
    const id = `${name}-${this.#count}`;
    const key = hasKeys ? `key-${id}` : undefined;
    const beganAt = history.now();
    let attempts = 0;
    let result: Attempt;
    for (;;) {
      attempts += 1;
      result = await this.#attempt(channel, id, key);
      const mayRepeat = hasKeys && history.now() - beganAt < REPEAT_MS;
      if (result.outcome !== 'unknown' || !mayRepeat) break;
      await sleep(REPEAT_PAUSE_MS);
    }
    // an earlier attempt may still have its effect, also if the last one was refused
    const outcome = result.outcome === 'failed' && attempts > 1 ? 'unknown' : result.outcome;
    const event: PublishEvent = {
      kind: 'publish',
      process: name,
      channel,
      id,
      ...(key !== undefined && { key }),
      beganAt,
      endedAt: history.now(),
      attempts,
      ...result,
      outcome,
    };
    history.record(event);
    return event;
  }

  async #repeat({ channel, id, key, process }: PublishEvent): Promise<void> {
    const { position } = await this.#attempt(channel, id, key);
    const at = this.#options.history.now();
    if (position !== undefined) {
      this.#options.history.record({ kind: 'repeat', process, channel, id, key: key!, at, position });
    }
  }

  async #attempt(channel: string, id: string, key: string | undefined): Promise<Attempt> {
    const path = `/v1/channels/${encodeURIComponent(channel)}/messages`;
    try {
      const { status, body } = await this.#options.api.request('POST', path, { data: { p: id } }, key);
      if (status === 200) return { outcome: 'ok', position: body as Position };
      const reason = `${status} ${(body as { code?: string }).code}`;
      // 409: the first request is still in progress
      return { outcome: status >= 500 || status === 409 ? 'unknown' : 'failed', reason };
    } catch (error) {
      return { outcome: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }
}

interface Attempt {
  readonly outcome: Outcome;
  readonly position?: Position;
  readonly reason?: string;
}

/** @returns early at the signal */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

const REPEAT_PAUSE_MS = 500;
/** Then the outcome stays unknown. */
const REPEAT_MS = 20_000;
