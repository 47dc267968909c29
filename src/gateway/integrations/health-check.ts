import { connect } from 'node:net';
import { TARGET_CHECK_MS } from '../silent/integration-choices.js';

/**
 * The health check of a target: whether it accepts a TCP connection. It does not keep the process running.
 *
 * @param address `HOST:PORT`, an IPv6 address in brackets
 */
export async function acceptsConnection(address: string): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replaceAll(/[[\]]/g, '');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(address.slice(at + 1)), timeout: TARGET_CHECK_MS }).unref();
    const end = (isHealthy: boolean) => {
      socket.destroy();
      resolve(isHealthy);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
