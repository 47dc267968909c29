import { type AddressInfo, type Server } from 'node:net';

/** Listens on any free port, sends its URL to the parent process, and ends with it. */
export function announce(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ listening: `http://127.0.0.1:${port}` });
  });
  process.on('SIGTERM', () => process.exit());
  process.on('disconnect', () => process.exit());
}
