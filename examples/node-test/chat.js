import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * The backend: what one client says is sent to all.
 *
 * @param {() => string} stageUrl the URL of the stage, for @connections
 */
export function createChat(stageUrl) {
  const members = new Set();
  return createServer(async (request, response) => {
    const { connectionid: connectionId } = request.headers;
    const body = await text(request);
    if (request.url === '/connect') members.add(connectionId);
    if (request.url === '/disconnect') members.delete(connectionId);
    if (request.url === '/say') {
      for (const member of members) {
        await fetch(`${stageUrl()}/@connections/${encodeURIComponent(member)}`, { method: 'POST', body });
      }
    }
    response.end();
  });
}
