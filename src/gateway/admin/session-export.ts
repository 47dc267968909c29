import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import { LIMITS } from '../limits.js';
import { type Recorder } from '../recorder/recorder.js';
import { type Session, SESSION_FORMAT, SESSION_VERSION, type SessionApi } from '../session/session.js';
import { type EventQuery } from './event-query.js';

/** Sends what is recorded as a session, piece by piece: it may be as large as the recorder's memory. */
export async function sendSession(
  response: ServerResponse,
  recorder: Recorder,
  { after, filter }: Pick<EventQuery, 'after' | 'filter'>,
  { apis, now }: { readonly apis: readonly SessionApi[]; readonly now: string },
): Promise<void> {
  const { lastId, lastEvictedId } = recorder;
  // an id that is not yet given is of an earlier start of the gateway
  const from = after === 'latest' ? lastId : after > lastId ? 0 : after;
  const head: Omit<Session, 'events'> = {
    format: SESSION_FORMAT,
    version: SESSION_VERSION,
    exportedAt: now,
    isComplete: lastEvictedId <= from,
    apis: apis.map(({ apiId, protocol, name, logicalId }) => ({
      apiId,
      protocol,
      name,
      ...(logicalId !== undefined && { logicalId }),
    })),
  };
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Disposition': `attachment; filename="session-${now.slice(0, 19).replaceAll(/\D/g, '')}.json"`,
  });
  let text = `${JSON.stringify(head).slice(0, -1)},"events":[`;
  let separator = '\n';
  for (const event of recorder.after(from, filter)) {
    text += `${separator}${JSON.stringify(event)}`;
    separator = ',\n';
    if (text.length <= LIMITS.eventChunkBytes) continue;
    if (!response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    text = '';
    if (response.destroyed) return;
  }
  response.end(`${text}\n]}\n`);
}
