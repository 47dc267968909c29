import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

/** A port whose accept queue is full: the kernel does not complete further connections. */
export async function fullListener() {
  const sleeper = new Worker(
    `const server = require('node:net').createServer();
     server.listen(0, '127.0.0.1', 1, () => {
       require('node:worker_threads').parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const [port] = (await once(sleeper, 'message')) as [number];
  const queued = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  return {
    url: `http://127.0.0.1:${port}/dev`,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy();
      await sleeper.terminate();
    },
  };
}
