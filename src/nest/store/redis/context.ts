import { type ChannelName } from '../../../api/messages.js';
import { type Keys } from './keys.js';
import { type KnownPositions } from './known-positions.js';
import { type RedisServer } from './redis-server.js';

/** What every part of the store needs. */
export interface Context {
  readonly server: RedisServer;
  readonly keys: Keys;
  readonly positions: KnownPositions;
  /** The store's time, in milliseconds since 1970. Expiry follows it. */
  readonly now: () => number;
  /** Members, or connections, per page. */
  readonly pageSize: number;
}

/** The arguments of the head `LIFE` of scripts for connections. */
export function connectionLifeArguments({ server, now }: Context): readonly [number, string] {
  return [now(), server.lifeOfConnections];
}

/** The arguments of the head `LIFE` of scripts for logs. */
export function lifeArguments({ server, now }: Context): readonly [number, string] {
  return [now(), server.lifeOfLogs];
}

/** The arguments of `position` in scripts. */
export function positionArguments(context: Context, channel: ChannelName): readonly (string | number)[] {
  return [...lifeArguments(context), ...context.positions.arguments(channel)];
}
