// An `@connections` that responds 200 without a body to every request. It only finds the end of each request, so that
// its own cost does not affect the measurement.
import { createServer, type Socket } from 'node:net';

const RESPONSE = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
const HEAD_END = '\r\n\r\n';

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on(
    'data',
    (chunk: Buffer) => (rest = respond(socket, rest.length ? Buffer.concat([rest, chunk]) : chunk)),
  );
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  process.send?.({ listening: `http://127.0.0.1:${port}` });
});
process.on('SIGTERM', () => process.exit());
process.on('disconnect', () => process.exit());

/** Responds to each complete request. @returns the beginning of a request that is not complete yet */
function respond(socket: Socket, received: Buffer): Buffer {
  for (;;) {
    const headEnd = received.indexOf(HEAD_END);
    if (headEnd < 0) return received;
    const [, bytes = '0'] = /content-length: *(\d+)/i.exec(received.toString('latin1', 0, headEnd)) ?? [];
    const end = headEnd + HEAD_END.length + Number(bytes);
    if (received.length < end) return received;
    received = received.subarray(end);
    socket.write(RESPONSE);
  }
}
