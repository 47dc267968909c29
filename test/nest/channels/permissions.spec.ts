import { expect, it } from 'vitest';
import { type UserId } from '../../../src/api/integration.js';
import { ChannelNameSchema } from '../../../src/api/message-schemas.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { QUOTAS } from '../../../src/api/quotas.js';
import {
  type PermittedAction,
  PrefixPermissions,
  userChannel,
} from '../../../src/nest/channels/permissions.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';
import { type Sender } from '../../../src/nest/connections/caller.js';

const ACTIONS: readonly PermittedAction[] = ['join', 'publish', 'presence'];

const permitted = (channel: string, userId?: string, settings: NodeJS.ProcessEnv = {}) => {
  const permissions = new PrefixPermissions(
    readConfig({ WS_API_ENDPOINT: 'http://127.0.0.1:1/dev', ...settings }),
  );
  const sender = { connectionId: 'c=', userId } as unknown as Sender;
  return ACTIONS.filter(
    (action) => permissions.permits(action, channel as ChannelName, sender) === 'allowed',
  );
};

it.each([
  ['alice', 'user:alice'],
  ['alice@example.com', 'user:alice@example.com'],
  ['google-oauth2/1234', 'user:google-oauth2/1234'],
  ['auth0|1234', 'user:auth0%7C1234'],
  ['100%', 'user:100%25'],
  ['%41', 'user:%2541'],
  ['Zoë 😀', 'user:Zo%C3%AB%20%F0%9F%98%80'],
])("names %s's own channel %s", (userId, channel) => {
  expect(userChannel(userId as UserId)).toBe(channel);
  expect(ChannelNameSchema.safeParse(channel).success).toBe(true);
});

it('gives no two users the same channel', () => {
  // forms of one text that look alike, or that other systems compare as equal
  const userIds = ['é', 'e\u0301', 'E', 'e', '%C3%A9', '%c3%a9', 'Ã©', '\ufffd', 'e ', ' e', 'e+', 'e%20'];
  expect(new Set(userIds.map((userId) => userChannel(userId as UserId))).size).toBe(userIds.length);
});

it('gives no channel to a user id that is too long, or has lone surrogates', () => {
  const longest = QUOTAS.channelNameLength - 'user:'.length;
  expect(userChannel('x'.repeat(longest) as UserId)).toHaveLength(QUOTAS.channelNameLength);
  expect(userChannel('x'.repeat(longest + 1) as UserId)).toBeUndefined();
  expect(userChannel('😀'.repeat(22) as UserId)).toBeUndefined();
  // a lone surrogate: as UTF-8 it would be the same as the replacement character
  expect(userChannel('\ud800' as UserId)).toBeUndefined();
});

it("permits a user's own channel to that user only", () => {
  expect(permitted('user:alice', 'alice')).toEqual(ACTIONS);
  expect(permitted('user:alice', 'bob')).toEqual([]);
  expect(permitted('user:alice')).toEqual([]);
});

it.each([
  'user:%61lice',
  'user:alice%20',
  'user:alice%00',
  'user:Alice',
  'user:alice/',
  'user:alice:x',
  'user:./alice',
  'user:user:alice',
  'user:%75ser:alice',
  'user:',
  'user:%',
  'user:%ZZ',
  'user:undefined',
])('permits %s only to a user with exactly that id', (channel) => {
  expect(permitted(channel, 'alice')).toEqual([]);
  expect(permitted(channel)).toEqual([]);
});

it("does not mistake other names for a user's own channel", () => {
  // every client may use these, because nothing for a user is sent to them
  for (const channel of ['USER:alice', 'User:alice', 'users:alice', '%75ser:alice', ':user:alice']) {
    expect(permitted(channel, 'bob')).toEqual(ACTIONS);
    expect(userChannel('alice' as UserId)).not.toBe(channel);
  }
});

it('lets clients join and read the presence, but not publish, in channels of PUBLISH_BY_API_ONLY', () => {
  expect(permitted('broadcast:news', 'alice')).toEqual(['join', 'presence']);
  expect(permitted('broadcast', 'alice')).toEqual(ACTIONS);
  expect(permitted('x:1', 'alice', { PUBLISH_BY_API_ONLY: 'x:,user:' })).toEqual(['join', 'presence']);
  expect(permitted('user:alice', 'alice', { PUBLISH_BY_API_ONLY: 'x:,user:' })).toEqual(['join', 'presence']);
  expect(permitted('broadcast:news', 'alice', { PUBLISH_BY_API_ONLY: '-' })).toEqual(ACTIONS);
});
