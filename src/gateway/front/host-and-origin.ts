import { isIP, isIPv6 } from 'node:net';
import { AccessRefused } from './access-refused.js';

/** Hosts and origins that may command the gateway. Programs that send no `Origin` may as well. */
export interface HostAndOriginRules {
  /** The gateway's own scheme: `https` with TLS. */
  readonly scheme: 'http' | 'https';
  /** Name or address on which the gateway listens. */
  readonly boundHost: string;
  /** From `--allow-host`: names in lower case, or `*.example.com`, where the star matches one label. */
  readonly allowedHosts: readonly string[];
  /** From `--allow-origin`, in the form that browsers send. */
  readonly allowedOrigins: readonly string[];
  /** Whether the control plane has a custom domain name that matches this host name. */
  readonly isDomainName: (name: string) => boolean;
}

/** Two headers of a request; `host` has one entry for each `Host` header. */
export interface HostAndOrigin {
  readonly host: readonly string[];
  readonly origin: string | undefined;
}

/**
 * Decides whether a request may command the gateway.
 *
 * A web page can send requests to loopback. Two headers that a script cannot change reveal it: `Origin` names the
 * page's site, and `Host` the name that was resolved to this machine. With DNS rebinding a page of `evil.example` has
 * the same origin as the gateway, but its `Host` is `evil.example`.
 *
 * @returns the page's origin if it is one of `--allow-origin`: it needs CORS headers
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
      `the Host header names '${shown(name)}', which is not known to mean this gateway: a web page could have pointed that name at it. If the name is yours, start the gateway with --allow-host ${shown(name)}`,
    );
  }
  if (origin === undefined || isOwnOrigin(origin, host, rules.scheme)) return undefined;
  if (rules.allowedOrigins.includes(origin)) return origin;
  throw new AccessRefused('origin_not_allowed', originProblem(origin));
}

function originProblem(origin: string): string {
  if (origin === 'null') {
    return 'a page without an origin of its own (Origin: null: a file, or a sandboxed frame) may not command this gateway: serve it over HTTP, and start the gateway with its origin in --allow-origin';
  }
  if (origin.length > MAX_ORIGIN || readOrigin(origin) !== origin) {
    return `the Origin header '${shown(origin)}' is not one origin in the form that browsers send, SCHEME://HOST or SCHEME://HOST:PORT`;
  }
  return `a page of '${origin}' may not command this gateway. If the page is yours, start the gateway with --allow-origin ${origin}`;
}

/**
 * Reads one origin, such as `http://localhost:5173`. Pages can have other schemes than HTTP's.
 *
 * @returns the form that browsers send: without the scheme's default port; `undefined` when it is malformed
 */
export function readOrigin(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@,\s]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  return origin === 'null' ? text.toLowerCase() : origin;
}

/** @returns the name in lower case, without port, brackets and final dot; `undefined` when it is malformed */
export function hostName(host: string): string | undefined {
  const [, address, name] = host.match(/^(?:\[([\da-f:.]+)\]|([\w-]+(?:\.[\w-]+)*)\.?)(?::\d{1,5})?$/i) ?? [];
  if (address !== undefined) return isIPv6(address) ? address.toLowerCase() : undefined;
  return name?.toLowerCase();
}

/**
 * An IP address in its usual form: `127.1` is `127.0.0.1`, as for the system's resolver.
 *
 * @returns any other text unmodified
 */
export function plainAddress(host: string): string {
  if (!/^[\da-fx.]+$/i.test(host) && !isIPv6(host)) return host;
  const url = `http://${isIPv6(host) ? `[${host}]` : host}`;
  const address = URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : host;
  return isIP(address) === 0 ? host : address;
}

/** Whether a name matches a pattern, where `*` at the beginning matches one label. */
export const matchesHost = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && pattern === name.replace(/^[^.]+/, '*'));

/**
 * Whether a name is one that no one else can point at this machine, or one that the user has allowed. Names with
 * `execute-api` count only below domains of AWS and of this machine: anyone can own `x.execute-api.evil.example`.
 */
function isOwnName(name: string, { boundHost, allowedHosts, isDomainName }: HostAndOriginRules): boolean {
  return (
    // an address is not resolved, so DNS rebinding cannot use it
    isIP(name) !== 0 ||
    // such as `gateway` in docker compose: public DNS has no names with one label
    !name.includes('.') ||
    name.endsWith('.localhost') ||
    name.endsWith('.internal') ||
    EXECUTE_API.test(name) ||
    name === hostName(boundHost) ||
    allowedHosts.some((allowed) => matchesHost(allowed, name)) ||
    isDomainName(name)
  );
}

const EXECUTE_API = /^[\w-]+\.execute-api(-fips)?\.[\w-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/;

/** Whether the page has the scheme, host and port of the request. */
function isOwnOrigin(origin: string, host: string, scheme: string): boolean {
  const own = `${scheme}://${host}`;
  return URL.canParse(own) && new URL(own).origin === origin;
}

/** A host name has up to 253 characters (RFC 1035); with scheme and port. */
const MAX_ORIGIN = 300;

/** Number of characters of a header that a message quotes. */
const MAX_SHOWN = 100;

const shown = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
