import { type ChannelName } from '../../../api/messages.js';
import { type Context, lifeArguments } from './context.js';
import { RENEW_LOG } from './scripts/log-scripts.js';
import { newUniqueName } from './unique-name.js';

/** Begins a new epoch in each log, and removes all other keys of the prefix. Memory is bounded by a page of keys. */
export async function resetAfterLoss(context: Context): Promise<void> {
  const { server, keys } = context;
  for await (const page of server.scan(keys.pattern)) {
    await Promise.all(page.map((key) => resetKey(context, key)));
  }
}

async function resetKey(context: Context, key: string): Promise<void> {
  const { server, keys } = context;
  const parsed = keys.parse(key);
  if (parsed === undefined) return;
  if (parsed.kind !== 'log') {
    await server.send(key, ['UNLINK', key]);
    return;
  }
  const entries = keys.entries(parsed.name as ChannelName);
  await server.run(RENEW_LOG, [key, entries], [...lifeArguments(context), newUniqueName()]);
}
