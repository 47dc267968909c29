import { ConfigError } from '../../../service/configuration/config.js';

/** What `REDIS_URL` says. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** `rediss:`; the certificate is checked against the host, with Node's authorities and `NODE_EXTRA_CA_CERTS`. */
  readonly hasTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** A cluster has only 0. */
  readonly database: number;
}

/** @throws {ConfigError} it is not `redis[s]://[user[:password]@]host[:port][/database]` */
export function readRedisUrl(url: string): RedisAddress {
  const parsed = URL.parse(url);
  const database = parsed && /^\/?(\d*)$/.exec(parsed.pathname)?.[1];
  if (
    !parsed ||
    !['redis:', 'rediss:'].includes(parsed.protocol) ||
    parsed.hostname === '' ||
    typeof database !== 'string' ||
    parsed.search !== '' ||
    parsed.hash !== ''
  ) {
    // nothing of it is shown: what could not be read may be a password with a slash in it
    throw new ConfigError([
      `REDIS_URL (${url.length} characters): expected redis[s]://[user[:password]@]host[:port][/database], ` +
        'with user and password percent-encoded',
    ]);
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(parsed.port || 6379),
    hasTls: parsed.protocol === 'rediss:',
    username: decoded(parsed.username),
    password: decoded(parsed.password),
    database: Number(database),
  };
}

/** The server's address in messages, without user and password. */
export function shownAddress({ host, port, hasTls }: RedisAddress): string {
  return `${hasTls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function decoded(part: string): string | undefined {
  if (part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigError(['REDIS_URL: expected user and password percent-encoded, a % itself as %25']);
  }
}
