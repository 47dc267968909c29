import { type ApiClient } from './api-client.ts';
import { type LogEvent, type Position } from './history.ts';

interface LogPage extends Position {
  readonly messages: readonly { readonly offset: number; readonly data: { readonly p: string } }[];
}

/** Reads the whole log of a channel by the publish API. */
export async function readLog(api: ApiClient, channel: string): Promise<LogEvent> {
  const entries: { offset: number; id: string }[] = [];
  let since: Position | undefined;
  for (;;) {
    const query = since ? `?epoch=${encodeURIComponent(since.epoch)}&since_offset=${since.offset}` : '';
    const path = `/v1/channels/${encodeURIComponent(channel)}/messages${query}`;
    const { epoch, offset, messages } = (await api.read(path)) as LogPage;
    entries.push(...messages.map((message) => ({ offset: message.offset, id: message.data.p })));
    const last = messages.at(-1);
    if (last === undefined || last.offset >= offset) {
      return { kind: 'log', channel, position: { epoch, offset }, entries };
    }
    since = { epoch, offset: last.offset };
  }
}
