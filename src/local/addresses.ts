/**
 * The URL at which a program can be reached that listens on this machine. A program on all addresses reports `0.0.0.0`
 * or `::`, to which not every client can connect; it listens on loopback, too.
 */
export function connectableUrl(listening: string): string {
  const { protocol, hostname, port } = new URL(listening);
  const host = LOOPBACK_OF_ALL.get(hostname) ?? hostname;
  return `${protocol}//${host}:${port}`;
}

const LOOPBACK_OF_ALL: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['[::]', '[::1]'],
]);

/** @param host an IPv6 address with or without brackets */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}
