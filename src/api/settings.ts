import { createSecretKey } from 'node:crypto';
import { type z } from 'zod';
import { JWT_ALGORITHMS, JWT_RSA_BITS, JWT_SECRET_BYTES, readPublicKey } from './jwt-key.js';
import { QUOTAS } from './quotas.js';
import {
  anyText,
  channelPrefixes,
  choice,
  matching,
  readBy,
  type SettingKind,
  trueOrFalse,
  url,
  wholeNumber,
} from './setting-kinds.js';
import { wsApiEndpoint } from './ws-api-endpoint.js';

/**
 * The settings of the service, one row each. From the rows come the type of the settings, the check at the start, the
 * tables of docs/settings.md, `npm run service -- --help`, and what the deployment to AWS passes on and checks.
 * `setting-rules.ts` has the rules for several settings together.
 */
export interface Setting extends SettingKind<unknown> {
  /** One sentence in Markdown, whose links are relative to `docs`. */
  readonly meaning: string;
  /** As an operator would write it. A row has a default, or says what holds without one. */
  readonly default?: string;
  /** What holds while the setting is not set, in Markdown. */
  readonly whenUnset?: string;
  readonly unit?: 'ms' | 'seconds' | 'bytes';
  /** It has to be set: always, or in the case of `onlyWith`. */
  readonly isRequired?: true;
  /** It may be set only if another setting is set, as `NAME`, or has a value, as `NAME=value`. */
  readonly onlyWith?: string;
  /** Errors say only how long the value is. */
  readonly isSecret?: true;
  /** A pass-through setting: the deployment to AWS has a parameter of this name, and passes its text on. */
  readonly isPassedThrough?: true;
}

type Rows = Readonly<Record<string, Setting>>;

const gatewaySecret = matching(
  /^[A-Za-z0-9._~+/=-]{16,510}$/,
  '16 to 510 characters of `A-Z a-z 0-9 . _ ~ + / = -`',
);

const NETWORK = {
  WS_API_ENDPOINT: {
    ...wsApiEndpoint,
    isRequired: true,
    whenUnset: 'none: required',
    meaning:
      'where callbacks are sent: `https://{api-id}.execute-api.{region}.amazonaws.com/{stage}`, or a custom domain ' +
      'name. `wss:`, a trailing slash and a pasted `/@connections` or `/@connections/{connection_id}` are ' +
      'normalised; the log line `listening` shows the result. A real connection id at the end is refused',
  },
  AWS_REGION: {
    ...matching(/^[a-z]{2}(?:-[a-z]+)+-\d+$/, 'a Region such as `eu-central-1`'),
    default: 'us-east-1',
    meaning:
      'Region for which callbacks are signed; a Region in the host name of `WS_API_ENDPOINT` takes precedence',
  },
  PORT: { ...wholeNumber(0, 65_535), default: '3000', meaning: 'TCP port; 0 takes any free port' },
  HOST: {
    ...matching(/^[\w.:-]+$/, 'an address or a host name; without `GATEWAY_SECRET` only of loopback'),
    whenUnset: '`0.0.0.0`; without `GATEWAY_SECRET` `127.0.0.1`',
    meaning: 'address to listen on',
  },
  GATEWAY_SECRET: {
    ...gatewaySecret,
    isSecret: true,
    whenUnset: 'none',
    meaning:
      'secret that the gateway sends as `GatewaySecret`. Without it, [a web page can call a service on the same ' +
      'machine](troubleshooting.md#any-web-page-can-send-requests-to-a-service-on-this-machine); `npm start` ' +
      'generates one',
  },
  GATEWAY_SECRET_PREVIOUS: {
    ...gatewaySecret,
    isSecret: true,
    onlyWith: 'GATEWAY_SECRET',
    whenUnset: 'none',
    meaning: 'also accepted, while the secret is rotated',
  },
} as const satisfies Rows;

const AUTHENTICATION = {
  AUTH: {
    ...choice('none', 'jwt', 'authorizer'),
    default: 'none',
    isPassedThrough: true,
    meaning:
      "how clients are authenticated at `$connect`: `none`, `jwt` (a token), `authorizer` (API Gateway's authorizer)",
  },
  JWT_JWKS_URL: {
    ...readBy((text) => {
      const address = URL.parse(text);
      const isTrusted =
        address && /^https?:$/.test(address.protocol) && !address.username && !address.password;
      return isTrusted ? address : undefined;
    }, 'an https: URL without user info; http: only on loopback'),
    onlyWith: 'AUTH=jwt',
    isPassedThrough: true,
    whenUnset: 'none; `AUTH=jwt` needs exactly one of this, `JWT_KEY` and `JWT_SECRET`',
    meaning:
      'where the token issuer publishes its public keys. The response must have status 200, no redirect and at most 1 MB, ' +
      'and arrive within 5 s',
  },
  JWT_KEY: {
    ...readBy(
      (text) => readPublicKey(text.replaceAll(String.raw`\n`, '\n')),
      `a public key in PEM (\`-----BEGIN PUBLIC KEY-----\`): RSA of at least ${JWT_RSA_BITS} bits, ` +
        'P-256, P-384, P-521 or Ed25519',
    ),
    onlyWith: 'AUTH=jwt',
    // a private key in its place must not be repeated
    isSecret: true,
    isPassedThrough: true,
    whenUnset: 'none',
    meaning: "the issuer's public key in PEM; line breaks may be written as `\\n`",
  },
  JWT_SECRET: {
    ...readBy(
      (text) => (Buffer.byteLength(text) >= JWT_SECRET_BYTES ? createSecretKey(text, 'utf8') : undefined),
      `at least ${JWT_SECRET_BYTES} bytes`,
    ),
    onlyWith: 'AUTH=jwt',
    isSecret: true,
    whenUnset: 'none',
    meaning: 'secret shared with the issuer, for HS256',
  },
  JWT_ISSUER: {
    ...anyText,
    onlyWith: 'AUTH=jwt',
    isPassedThrough: true,
    whenUnset: 'any; required with `JWT_JWKS_URL`',
    meaning: 'required value of the claim `iss`',
  },
  JWT_AUDIENCE: {
    ...readBy((text) => {
      const audiences = commaSeparated(text);
      const isAlone = audiences.length === 1 || !audiences.includes('*');
      return isAlone && !audiences.includes('') ? audiences : undefined;
    }, 'audiences, separated by commas, or `*` alone'),
    onlyWith: 'AUTH=jwt',
    isPassedThrough: true,
    whenUnset: 'any; required with `JWT_JWKS_URL`',
    meaning:
      'accepted audiences. One of them must be in `aud`, or be `client_id` if a token has no `aud` ' +
      "(Cognito's access tokens); `*` accepts any",
  },
  JWT_ALGORITHMS: {
    ...readBy(
      (text) => {
        const names = commaSeparated(text);
        return names.every((name) => JWT_ALGORITHMS.includes(name)) ? names : undefined;
      },
      `one or more of ${JWT_ALGORITHMS.join(', ')}, separated by commas`,
    ),
    onlyWith: 'AUTH=jwt',
    isPassedThrough: true,
    whenUnset: 'all that the key can be used with; with `JWT_JWKS_URL` the asymmetric ones',
    meaning: 'accepted algorithms; `HS256` with `JWT_SECRET` only, never `none`',
  },
  JWT_USER_CLAIM: {
    ...anyText,
    default: 'sub',
    onlyWith: 'AUTH=jwt',
    isPassedThrough: true,
    meaning: 'claim that contains the user id',
  },
  JWT_CLOCK_TOLERANCE_SECONDS: {
    ...wholeNumber(0, 300),
    unit: 'seconds',
    default: '10',
    onlyWith: 'AUTH=jwt',
    isPassedThrough: true,
    meaning: "tolerated difference to the issuer's clock",
  },
} as const satisfies Rows;

const STORES = {
  STORE: {
    ...choice('embedded', 'redis', 'dynamodb'),
    default: 'embedded',
    meaning:
      'where state is stored: `embedded` (SQLite in a file, for one task), `redis` (Redis or Valkey), `dynamodb` (one table)',
  },
  DATA_DIR: {
    ...anyText,
    default: '.data',
    meaning: 'folder of the embedded store; created if it does not exist',
  },
  REDIS_URL: {
    ...url('redis', 'rediss'),
    isRequired: true,
    onlyWith: 'STORE=redis',
    whenUnset: 'none: required with `STORE=redis`',
    meaning: '`redis://` or, with TLS, `rediss://`; user and password percent-encoded',
  },
  REDIS_CLUSTER: {
    ...trueOrFalse,
    default: 'false',
    onlyWith: 'STORE=redis',
    meaning: 'whether the server runs in cluster mode, as ElastiCache Serverless does',
  },
  REDIS_PREFIX: {
    ...matching(/^[\w.:-]{1,64}$/, '1 to 64 letters, digits and `_ . : -`'),
    default: 'backchannel',
    onlyWith: 'STORE=redis',
    meaning: 'prefix of all keys',
  },
  DYNAMODB_TABLE: {
    ...matching(/^[\w.-]{3,255}$/, '3 to 255 letters, digits and `_ . -`'),
    isRequired: true,
    onlyWith: 'STORE=dynamodb',
    whenUnset: 'none: required with `STORE=dynamodb`',
    meaning:
      'the table, [with these properties](operating.md#stores): keys `pk` (S) and `sk` (S), TTL on `ttl`',
  },
  DYNAMODB_ENDPOINT: {
    ...url('https', 'http'),
    onlyWith: 'STORE=dynamodb',
    whenUnset: 'the endpoint of `AWS_REGION`',
    meaning: 'endpoint of DynamoDB',
  },
  STORE_TIMEOUT_MS: {
    ...wholeNumber(50, 20_000),
    unit: 'ms',
    default: '2000',
    isPassedThrough: true,
    meaning: 'timeout of a request to Redis or DynamoDB',
  },
} as const satisfies Rows;

const CALLBACKS = {
  CALLBACK_CLIENT: {
    ...choice('signed', 'sdk'),
    default: 'signed',
    isPassedThrough: true,
    meaning:
      "how callbacks are sent: `signed`, at a fraction of the SDK's processor time, or `sdk`, by the AWS SDK's client",
  },
  CALLBACK_REQUEST_TIMEOUT_MS: {
    ...wholeNumber(50, 29_000),
    unit: 'ms',
    default: '5000',
    isPassedThrough: true,
    meaning:
      'timeout for the response, for one attempt of a callback. A fifth of it, and at least 1000 ms, is the timeout for ' +
      'opening the connection',
  },
  CALLBACK_DEADLINE_MS: {
    ...wholeNumber(100, 28_000),
    unit: 'ms',
    // a message to many and the reply after it fit into the 29 s that API Gateway waits
    default: '12000',
    isPassedThrough: true,
    meaning: 'time within which a callback succeeds or fails, including all attempts and waiting',
  },
  CALLBACK_CONCURRENCY: {
    ...wholeNumber(1, 1024),
    default: '64',
    isPassedThrough: true,
    meaning:
      'maximum number of callbacks in flight: this many for single messages such as replies, and this many again for ' +
      'messages to many',
  },
  CALLBACK_QUEUE: {
    ...wholeNumber(1, 1_000_000),
    default: '10000',
    isPassedThrough: true,
    meaning:
      'maximum number of messages held for all connections together: queued, in flight, or between two attempts',
  },
  CALLBACK_QUEUE_BYTES: {
    ...wholeNumber(QUOTAS.messageBytes, 4 * 1024 ** 3),
    unit: 'bytes',
    default: '67108864',
    isPassedThrough: true,
    meaning: 'maximum size of all messages held; a message to many counts once',
  },
  CALLBACK_LINGER_MS: {
    ...wholeNumber(0, 1000),
    unit: 'ms',
    default: '0',
    isPassedThrough: true,
    meaning:
      'how long a message waits for others, if its client accepts several messages in one frame; with 0 only messages ' +
      'that are queued anyway are sent together',
  },
  REPLIES: {
    ...choice('callback', 'response'),
    default: 'callback',
    isPassedThrough: true,
    meaning:
      "how the reply to a client's message is sent: `callback`, or `response`, which puts it into the HTTP response on a " +
      'two-way route and saves a request. The deployment needs the same value',
  },
} as const satisfies Rows;

const CHANNELS = {
  CHANNELS_PER_CONNECTION: {
    ...wholeNumber(1, 10_000),
    default: '100',
    isPassedThrough: true,
    meaning: 'maximum number of channels of which a connection can be a member',
  },
  HISTORY_MESSAGES: {
    ...wholeNumber(0, 100_000),
    default: '1000',
    isPassedThrough: true,
    meaning: "maximum number of messages that a channel's log keeps; 0 keeps none",
  },
  HISTORY_SECONDS: {
    ...wholeNumber(1, 604_800),
    unit: 'seconds',
    default: '3600',
    isPassedThrough: true,
    meaning: "how long a channel's log keeps a message",
  },
  HISTORY_OFF: {
    ...channelPrefixes,
    default: '-',
    isPassedThrough: true,
    meaning: 'channels without a log',
  },
  MEMBER_NOTICES: {
    ...channelPrefixes,
    default: 'presence:',
    isPassedThrough: true,
    meaning: 'channels whose members are notified who joins and leaves',
  },
  MEMBER_NOTICES_MEMBERS: {
    ...wholeNumber(1, 100_000),
    default: '100',
    isPassedThrough: true,
    meaning: 'no notices are sent in channels with more members',
  },
  PUBLISH_ONCE_SECONDS: {
    ...wholeNumber(10, 604_800),
    unit: 'seconds',
    default: '300',
    isPassedThrough: true,
    meaning:
      "how long the [key](../PROTOCOL.md#publishing-once) of a client's message is kept, so that a repeated message is in the log once",
  },
  PUBLISH_BY_API_ONLY: {
    ...channelPrefixes,
    default: 'broadcast:',
    isPassedThrough: true,
    meaning: 'channels to which clients cannot publish',
  },
  FANOUT_SHARD_MEMBERS: {
    ...wholeNumber(10, 100_000),
    default: '2000',
    isPassedThrough: true,
    meaning:
      'a message to a channel with more members than this is cut into shards of about this size, which all tasks send',
  },
} as const satisfies Rows;

const API_KEY = /^([\w-]{1,64}):([A-Za-z0-9._~+/=-]{32,256})$/;

const PUBLISH_API = {
  API_KEYS: {
    ...readBy((text) => {
      const parts = text.split(',').map((part) => API_KEY.exec(part.trim()));
      if (!parts.every((part) => part !== null)) return undefined;
      return parts.map(([, name = '', key = '']) => ({ name, key }));
    }, 'name:key, separated by commas, each name with 1 to 64 of `A-Z a-z 0-9 _ -`, each key with 32 to 256 characters of `A-Z a-z 0-9 . _ ~ + / = -`'),
    isSecret: true,
    whenUnset: 'none',
    meaning:
      'keys of other backends; without keys there is no [publish API](backend-api.md). ' +
      'Several keys may have the same name, so that one can replace another',
  },
  IDEMPOTENCY_SECONDS: {
    ...wholeNumber(60, 604_800),
    unit: 'seconds',
    default: '86400',
    isPassedThrough: true,
    meaning: 'how long the response is stored for a repeated request',
  },
} as const satisfies Rows;

const OPERATION = {
  DRAIN_SECONDS: {
    ...wholeNumber(0, 3600),
    unit: 'seconds',
    default: '0',
    isPassedThrough: true,
    meaning:
      'how long a task serves on after SIGTERM while it is no longer ready, so that the load balancer notices ' +
      '([stopping a task](operating.md#stopping-a-task))',
  },
  SWEEP_SECONDS: {
    ...wholeNumber(0, 86_400),
    unit: 'seconds',
    default: '300',
    isPassedThrough: true,
    meaning:
      'how often the service looks for [connections that left unnoticed](operating.md#connections-that-left-unnoticed); 0 never',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    ...url('https', 'http'),
    isPassedThrough: true,
    whenUnset: 'none: no traces',
    meaning:
      'where [traces](operating.md#traces) are sent, by OTLP over HTTP, such as `http://127.0.0.1:4318`; `/v1/traces` is ' +
      'appended',
  },
  OTEL_SERVICE_NAME: {
    ...anyText,
    default: 'backchannel',
    isPassedThrough: true,
    meaning: 'name of the service in traces',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    ...readBy((text) => {
      const pairs = text.split(',').map((part) => /^\s*([^=\s]+)\s*=(.*)$/.exec(part));
      if (!pairs.every((pair) => pair !== null)) return undefined;
      try {
        return Object.fromEntries(
          pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value.trim())]),
        );
      } catch {
        return undefined;
      }
    }, 'name=value, separated by commas, each value percent-encoded'),
    isSecret: true,
    onlyWith: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    whenUnset: 'none',
    meaning: 'headers of the requests to the collector, such as its API key',
  },
  OTEL_TRACES_SAMPLER: {
    ...choice(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    default: 'parentbased_always_on',
    isPassedThrough: true,
    meaning:
      'which requests are traced: `parentbased_…` follows the caller’s `traceparent` if there is one, `…traceidratio` traces a share of the others',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    ...readBy((text) => {
      const ratio = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
      return ratio <= 1 ? ratio : undefined;
    }, 'a number from 0 to 1'),
    default: '1',
    isPassedThrough: true,
    meaning: 'the share of requests that are traced with `OTEL_TRACES_SAMPLER=…traceidratio`',
  },
  LOG_LEVEL: {
    ...choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
    isPassedThrough: true,
    meaning: 'lowest level that is logged',
  },
} as const satisfies Rows;

/** All rows, by topic, in the order in which the documents list them. */
export const SETTING_GROUPS: readonly { readonly title: string; readonly settings: Rows }[] = [
  { title: 'API Gateway and network', settings: NETWORK },
  { title: 'Authentication of clients', settings: AUTHENTICATION },
  { title: 'Stores', settings: STORES },
  { title: 'Callbacks', settings: CALLBACKS },
  { title: 'Channels', settings: CHANNELS },
  { title: 'Publish API', settings: PUBLISH_API },
  { title: 'Operation', settings: OPERATION },
];

export const SETTINGS = {
  ...NETWORK,
  ...AUTHENTICATION,
  ...STORES,
  ...CALLBACKS,
  ...CHANNELS,
  ...PUBLISH_API,
  ...OPERATION,
};

export type SettingName = keyof typeof SETTINGS;

/** The values of all settings. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

type ValueOf<Row extends Setting> = z.output<Row['schema']> | (Row extends HasValue ? never : undefined);

/** A row whose setting always has a value. */
type HasValue = { readonly default: string } | { readonly isRequired: true; readonly onlyWith?: never };

/** The names of the settings for which the deployment to AWS has a parameter. */
export type PassThroughName = {
  [Name in SettingName]: (typeof SETTINGS)[Name] extends { readonly isPassedThrough: true } ? Name : never;
}[SettingName];

/** A setting, and what was expected of it. */
export type SettingProblem = readonly [name: SettingName, expected: string];

/** Bounds with their unit, and with which other setting it may be set, in Markdown; empty if any text is accepted. */
export function acceptedValues({ bounds, unit, onlyWith }: Setting): string {
  const range = [bounds, unit].filter((part) => part !== '' && part !== undefined).join(' ');
  return [range, onlyWith && `only with \`${onlyWith}\``].filter(Boolean).join('; ');
}

/** The rows with their names. */
export function settingRows(): readonly (readonly [SettingName, Setting])[] {
  return Object.entries(SETTINGS) as [SettingName, Setting][];
}

/**
 * Parses each setting for itself.
 *
 * @param texts without empty ones
 * @returns `settings` only if there is no problem
 */
export function parseSettings(texts: Readonly<Record<string, string | undefined>>): {
  readonly settings?: Settings;
  readonly problems: readonly SettingProblem[];
} {
  const problems: SettingProblem[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const [name, { schema, ...row }] of settingRows()) {
    const text = texts[name] ?? row.default;
    if (text === undefined) continue;
    const { data, error } = schema.safeParse(text);
    values[name] = data;
    for (const { message } of error?.issues ?? []) problems.push([name, message]);
  }
  return problems.length > 0 ? { problems } : { settings: values as Settings, problems };
}

function commaSeparated(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim());
}
