import { lookup } from 'node:dns/promises';

/** The IPv4 and IPv6 addresses of a host, as this machine resolves it; `undefined` if it does not. */
export type Resolve = (host: string) => Promise<readonly string[] | undefined>;

export const resolveHost: Resolve = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return undefined;
  }
};

/** RFC 1918, RFC 6598 and unique local addresses: inside a network, not on the internet. */
export const isPrivateAddress = (address: string): boolean =>
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd])/i.test(
    address,
  );
