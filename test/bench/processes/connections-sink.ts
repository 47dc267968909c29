// An `@connections` that responds 200 without a body to every request. It only finds the end of each request, so that
// its own cost does not affect the measurement.
import { createServer } from 'node:net';
import { announce } from './announce.ts';
import { requestsOf } from './requests-of.ts';

const RESPONSE = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');

announce(createServer({ noDelay: true }, (socket) => requestsOf(socket, () => socket.write(RESPONSE))));
