/**
 * Whether a host is this machine: 127.0.0.0/8, also as an IPv4-mapped IPv6 address, `::1`, `localhost` and the names below it (RFC 6761).
 *
 * @param hostname as `URL.hostname` has it; an IPv6 address with or without brackets
 */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

const LOOPBACK = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1|\[::1\]|(?:[\w-]+\.)*localhost\.?)$/i;
