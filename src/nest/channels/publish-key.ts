import { createHash } from 'node:crypto';
import { type JsonText } from '../../api/messages.js';
import { type Sender } from '../connections/caller.js';
import { type AppendKey } from '../store/log-store.js';

/**
 * The key of a client's message in the channel's log. The key that the client has chosen counts for its user on every
 * connection and task; without a user it counts for its connection, because keys of others must not match.
 *
 * @param ttlMs how long the key is kept after the message was appended
 */
export function publishKey(
  { connectionId, userId }: Sender,
  key: string,
  data: JsonText,
  ttlMs: number,
): AppendKey {
  const owner = userId === undefined ? ['connection', connectionId] : ['user', userId];
  // JSON keeps lone surrogates apart, which UTF-8 would not
  return { key: hash(JSON.stringify([...owner, key])), fingerprint: hash(data), ttlMs };
}

/** As {@link publishKey}, for a message that the application itself publishes. */
export function applicationKey(key: string, data: JsonText, ttlMs: number): AppendKey {
  return { key: hash(JSON.stringify(['application', key])), fingerprint: hash(data), ttlMs };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
