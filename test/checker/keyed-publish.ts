import { setTimeout as sleep } from 'node:timers/promises';
import { type ConformingClient, type Published } from './conforming-client.ts';
import { type History, type PublishEvent } from './history.ts';

export interface KeyedPublishOptions {
  readonly member: ConformingClient;
  readonly history: History;
  readonly channel: string;
  /** For the data of the message. */
  readonly id: string;
  /** Whether the member has a user, so that the key is valid on its next connection as well. */
  readonly hasUser: boolean;
}

/** Publishes a member's message with a key, and repeats it until its outcome is known. @returns what was recorded */
export async function publishWithKey(options: KeyedPublishOptions): Promise<PublishEvent> {
  const { member, history, channel, id } = options;
  const key = `key-${id}`;
  const beganAt = history.now();
  let attempts = 1;
  let result = await member.publish(channel, id, key);
  const { firstRequest } = member;
  while (result.outcome !== 'ok' && (attempts > 1 || result.outcome === 'unknown')) {
    if (history.now() - beganAt > REPEAT_MS || result.reason === KEY_REUSED) break;
    await sleep(REPEAT_PAUSE_MS);
    if (!options.hasUser && member.firstRequest !== firstRequest) break;
    if (!member.joinedChannels.includes(channel)) continue;
    attempts += 1;
    result = await member.publish(channel, id, key);
  }
  // an earlier attempt may still have its effect, also if the last one was refused
  const outcome = result.outcome === 'failed' && attempts > 1 ? 'unknown' : result.outcome;
  const event: PublishEvent = {
    kind: 'publish',
    process: member.name,
    channel,
    id,
    key,
    beganAt,
    endedAt: history.now(),
    attempts,
    ...result,
    outcome,
  };
  history.record(event);
  return event;
}

/** Sends a message again that was acknowledged, and records the position that it gets. */
export async function repeatPublish(options: KeyedPublishOptions): Promise<Published> {
  const { member, history, channel, id } = options;
  const key = `key-${id}`;
  const result = await member.publish(channel, id, key);
  if (result.position !== undefined) {
    const { position } = result;
    history.record({ kind: 'repeat', process: member.name, channel, id, key, at: history.now(), position });
  }
  return result;
}

/** The code of a message whose key was used for other data: see `checks.ts`. */
export const KEY_REUSED = 'key_reused';

const REPEAT_PAUSE_MS = 300;
/** Then the outcome stays unknown. */
const REPEAT_MS = 20_000;
