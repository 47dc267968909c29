import { ConfigError } from '../../config/config.errors.js';

/** The parts of `REDIS_URL`. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /**
   * True for `rediss:`. The certificate must be valid for the host, by Node's authorities and `NODE_EXTRA_CA_CERTS`.
   */
  readonly hasTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Always 0 in a cluster. */
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
    // the text is not shown, because it may contain a password
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

/** The address for messages, without user and password. */
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
