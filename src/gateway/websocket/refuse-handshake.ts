import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { type Refusal } from './admission.js';

/**
 * Sends a refusal in place of the 101, closes the socket, and logs the reason.
 *
 * @param fields of the log line: the known ids of the connection. The query is not logged: it may contain a token
 */
export function refuseHandshake(
  request: IncomingMessage,
  socket: Socket,
  { status, headers, body, reason, requestId }: Refusal,
  log: Logger,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const [path] = (request.url ?? '').split('?');
  log.info({ ...fields, status, reason, path, host: request.headers.host, requestId }, 'handshake refused');
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let index = 0; index + 1 < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  lines.push(
    `Content-Length: ${body.length}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    '',
    '',
  );
  // closing a socket with unread bytes resets it, and the client may lose the response
  socket.resume();
  socket.end(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]));
  // otherwise a client that does not close its side would keep the socket open
  socket.destroySoon();
}
