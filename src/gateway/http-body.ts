import { type IncomingMessage } from 'node:http';

/**
 * Reads a request's body whole.
 *
 * @returns `undefined` when it is longer than `maxBytes`; the rest of it is then read and thrown away, so that the
 *   answer can still be sent on the same connection
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : undefined;
}
