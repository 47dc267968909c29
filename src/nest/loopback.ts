/**
 * Whether a host is this machine: 127.0.0.0/8, `::1`, `localhost` and the names below it (RFC 6761).
 *
 * @param hostname as `URL.hostname` has it; an IPv6 address with or without brackets
 */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

const LOOPBACK = /^(?:(?:[\w-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i;
