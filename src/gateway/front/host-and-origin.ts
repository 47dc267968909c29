import { isIP, isIPv6 } from 'node:net';
import { AccessRefused } from './access-refused.js';

/** Whom the gateway trusts to command it, apart from programs that send no `Origin`. */
export interface HostAndOriginRules {
  /** Of the gateway itself: `https` with TLS. */
  readonly scheme: 'http' | 'https';
  /** What it listens on: a name or an address. */
  readonly boundHost: string;
  /** From `--allow-host`: names in lower case, or `*.example.com` for one label in the star's place. */
  readonly allowedHosts: readonly string[];
  /** From `--allow-origin`, as browsers write them. */
  readonly allowedOrigins: readonly string[];
  /** Whether the control plane has a custom domain name that stands for this host name. */
  readonly isDomainName: (name: string) => boolean;
}

/** The two headers of a request; `host` has one entry for each time the header was sent. */
export interface HostAndOrigin {
  readonly host: readonly string[];
  readonly origin: string | undefined;
}

/**
 * Decides whether a request may command the gateway.
 *
 * A web page can send requests to loopback. Two headers that a script cannot change tell them apart: `Origin` names the
 * page's own site, and `Host` the name that was resolved to this machine. With DNS rebinding a page of `evil.example`
 * is of the same origin as the gateway, but its `Host` is `evil.example`.
 *
 * @returns the page's origin when it is another one that `--allow-origin` names: it needs CORS headers
 * @throws {AccessRefused}
 */
export function checkHostAndOrigin(
  { host: hosts, origin }: HostAndOrigin,
  rules: HostAndOriginRules,
): string | undefined {
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) {
    throw new AccessRefused(
      'host_not_allowed',
      `the request has ${hosts.length} Host headers: it must have one`,
    );
  }
  const name = hostName(host);
  if (name === undefined) {
    throw new AccessRefused('host_not_allowed', `the Host header '${shown(host)}' is not HOST or HOST:PORT`);
  }
  if (!isOwnName(name, rules)) {
    throw new AccessRefused(
      'host_not_allowed',
      `the Host header names '${shown(name)}', which is not known to be this gateway: a web page could have pointed that name at it. If it is yours, start the gateway with --allow-host ${shown(name)}`,
    );
  }
  if (origin === undefined || isOwnOrigin(origin, host, rules.scheme)) return undefined;
  if (rules.allowedOrigins.includes(origin)) return origin;
  throw new AccessRefused(
    'origin_not_allowed',
    origin === 'null'
      ? 'a page without an origin of its own (Origin: null: a file, or a sandboxed frame) may not command this gateway: serve it over HTTP, and start the gateway with --allow-origin and its origin'
      : `a page of '${shown(origin)}' may not command this gateway. If it is yours, start the gateway with --allow-origin ${shown(origin)}`,
  );
}

/** @returns the name in lower case, without port, brackets and a dot at its end; `undefined` when it is malformed */
export function hostName(host: string): string | undefined {
  const [, address, name] = host.match(/^(?:\[([\da-f:.]+)\]|([\w-]+(?:\.[\w-]+)*)\.?)(?::\d{1,5})?$/i) ?? [];
  if (address !== undefined) return isIPv6(address) ? address.toLowerCase() : undefined;
  return name?.toLowerCase();
}

/** Whether a pattern stands for a name: itself, or with `*` for one label at the beginning. */
export const standsFor = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && pattern === name.replace(/^[^.]+/, '*'));

/**
 * Names that no stranger can point at this machine, and those that the user has named.
 *
 * Of `execute-api` names only those below domains of AWS and of this machine: `x.execute-api.evil.example` is anyone's.
 */
function isOwnName(name: string, { boundHost, allowedHosts, isDomainName }: HostAndOriginRules): boolean {
  return (
    // an address is not resolved, so it cannot be rebound
    isIP(name) !== 0 ||
    // such as `gateway` in docker compose: public DNS has no names of one label
    !name.includes('.') ||
    name.endsWith('.localhost') ||
    name.endsWith('.internal') ||
    EXECUTE_API.test(name) ||
    name === hostName(boundHost) ||
    allowedHosts.some((allowed) => standsFor(allowed, name)) ||
    isDomainName(name)
  );
}

const EXECUTE_API = /^[\w-]+\.execute-api(-fips)?\.[\w-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/;

/** Scheme, host and port of the page are those of the request itself. */
function isOwnOrigin(origin: string, host: string, scheme: string): boolean {
  const own = `${scheme}://${host}`;
  return URL.canParse(own) && new URL(own).origin === origin;
}

const shown = (text: string) => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
