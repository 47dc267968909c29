import { z } from 'zod';
import {
  type Authentication,
  authentication,
  authenticationProblems,
  authenticationSettings,
} from './authentication-variables.js';
import { channels, channelSettings, type ChannelSettings } from './channel-variables.js';
import { fanOut, fanOutSettings, type FanOutSettings } from './fan-out-variables.js';
import { operation, operationSettings, type OperationSettings } from './operation-variables.js';
import { publishApi, publishApiSettings, type PublishApiSettings } from './backend-api-variables.js';
import { store, storeProblems, storeSettings, type StoreSettings } from './store-variables.js';
import { isLoopback } from '../../nest/loopback.js';
import { wholeNumber } from './variable-schemas.js';
import { regionInHost, wsApiEndpoint } from './ws-api-endpoint.js';
import { QUOTAS } from '../../api/quotas.js';

/**
 * The settings of the service: read once from the environment, checked together, frozen.
 * An empty variable counts as one that is not set.
 */
export interface Config {
  /** `PORT`: TCP port to listen on; 0–65535, 0 takes any free one. Default 3000. */
  readonly port: number;
  /**
   * `HOST`: address to listen on. Default `127.0.0.1`, with `GATEWAY_SECRET` `0.0.0.0`. Without the secret, anybody
   * who reaches the service could act as any connection: then only a loopback address is accepted.
   */
  readonly host: string;
  /**
   * `WS_API_ENDPOINT`, required: where callbacks go, `https://{api-id}.execute-api.{region}.amazonaws.com/{stage}` or a
   * custom domain. `wss:`, `ws:`, a slash at the end, and a pasted `/@connections` or `/@connections/{connection_id}` are
   * normalised; here it is always `http(s)://host[:port][/path]`.
   */
  readonly wsApiEndpoint: string;
  /**
   * `AWS_REGION`: the region for which callbacks are signed. The region in an execute-api host comes first, because a
   * signature for another one is refused. Default `us-east-1`.
   */
  readonly awsRegion: string;
  /** `STORE`, `DATA_DIR`, `REDIS_…`, `DYNAMODB_…`: where state is kept. Default `embedded`. */
  readonly store: StoreSettings;
  /**
   * `GATEWAY_SECRET`, then `GATEWAY_SECRET_PREVIOUS`: 16–510 characters of `A-Z a-z 0-9 . _ ~ + / = -`. A request must
   * carry one of them in its `GatewaySecret` header; the previous one is for the time of a rotation. Default none.
   */
  readonly gatewaySecrets: readonly string[];
  /** `AUTH` and `JWT_…`: how a client says who it is. Default `none`: nobody does. */
  readonly authentication: Authentication;
  /** `CALLBACK_CONNECT_TIMEOUT_MS`: until connected, for one try of a callback; 50–29000. Default 1000. */
  readonly callbackConnectTimeoutMs: number;
  /** `CALLBACK_REQUEST_TIMEOUT_MS`: until answered, for one try of a callback; 50–29000. Default 5000. */
  readonly callbackRequestTimeoutMs: number;
  /** `CALLBACK_CONCURRENCY`: callbacks under way at once, each on a connection of its own; 1–1024. Default 64. */
  readonly callbackConcurrency: number;
  /**
   * `CALLBACK_DEADLINE_MS`: until a callback has succeeded or failed, with all its tries and all its waiting; 100–28000.
   * Default 12000: a message to many and the answer after it are both within the 29 s that API Gateway waits.
   */
  readonly callbackDeadlineMs: number;
  /** `CALLBACK_QUEUE`: messages held for all connections together; 1–1000000. Default 10000. */
  readonly callbackQueue: number;
  /** `CALLBACK_QUEUE_PER_CONNECTION`: messages held for one connection; 1–10000. Default 100. */
  readonly callbackQueuePerConnection: number;
  /** `CALLBACK_QUEUE_BYTES`: bytes of all messages held, each counted once; 131072–4294967296. Default 67108864. */
  readonly callbackQueueBytes: number;
  /**
   * `CALLBACK_LINGER_MS`: how long a message to a client that takes several in one frame waits for others; 0–1000.
   * Default 0: only those that wait anyway go together.
   */
  readonly callbackLingerMs: number;
  /**
   * `REPLIES`: how a client's message is answered. `callback`, which is the default; `response`: in the HTTP answer, which
   * needs a route response on `$default` and saves a request.
   */
  readonly replies: 'callback' | 'response';
  /** `CHANNEL…`, `HISTORY_…`, `MEMBER_NOTICES…`, `PUBLISH_BY_API_ONLY`, `PRESENCE_MEMBERS`. */
  readonly channels: ChannelSettings;
  /** `FANOUT_…`. */
  readonly fanOut: FanOutSettings;
  /** `API_KEYS`, `IDEMPOTENCY_SECONDS`. */
  readonly publishApi: PublishApiSettings;
  /** `DRAIN_SECONDS`, `SWEEP_…`, `OTEL_…`. */
  readonly operation: OperationSettings;
  /** `LOG_LEVEL`: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`. Default `info`. */
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** What Nest injects for `@Inject(Config) config: Config`. */
export const Config = Symbol('Config');

/** The service cannot start with these settings. One line for each problem, with the setting's name first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(problems.join('\n'), options);
  }
}

/** @throws {ConfigError} with every problem that there is */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { data: settings, error } = Settings.safeParse(env);
  const problems = [
    ...(error?.issues ?? []).map((issue) => problem(String(issue.path[0]), env, issue.message)),
    ...contradictions(env),
    ...[...authenticationProblems(env), ...storeProblems(env)].map(([name, expected]) =>
      problem(name, env, expected),
    ),
  ];
  if (settings === undefined || problems.length > 0) throw new ConfigError(problems);

  const gatewaySecrets = [settings.GATEWAY_SECRET, settings.GATEWAY_SECRET_PREVIOUS];
  return Object.freeze({
    port: settings.PORT,
    host: settings.HOST ?? (settings.GATEWAY_SECRET === undefined ? '127.0.0.1' : '0.0.0.0'),
    wsApiEndpoint: settings.WS_API_ENDPOINT,
    awsRegion: regionInHost(settings.WS_API_ENDPOINT) ?? settings.AWS_REGION,
    store: store(settings),
    gatewaySecrets: gatewaySecrets.filter((secret) => secret !== undefined),
    authentication: authentication(settings),
    callbackConnectTimeoutMs: settings.CALLBACK_CONNECT_TIMEOUT_MS,
    callbackRequestTimeoutMs: settings.CALLBACK_REQUEST_TIMEOUT_MS,
    callbackConcurrency: settings.CALLBACK_CONCURRENCY,
    callbackDeadlineMs: settings.CALLBACK_DEADLINE_MS,
    callbackQueue: settings.CALLBACK_QUEUE,
    callbackQueuePerConnection: settings.CALLBACK_QUEUE_PER_CONNECTION,
    callbackQueueBytes: settings.CALLBACK_QUEUE_BYTES,
    callbackLingerMs: settings.CALLBACK_LINGER_MS,
    replies: settings.REPLIES,
    channels: channels(settings),
    fanOut: fanOut(settings),
    publishApi: publishApi(settings),
    operation: operation(settings),
    logLevel: settings.LOG_LEVEL,
  });
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const secret = z
  .string()
  .regex(/^[A-Za-z0-9._~+/=-]{16,510}$/, 'expected 16 to 510 characters of A-Z a-z 0-9 . _ ~ + / = -');

/** Every setting by itself, by the name of its variable; the README's table has the same. */
export const Settings = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'expected an address or a host name')
    .optional(),
  WS_API_ENDPOINT: wsApiEndpoint,
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d+$/, 'expected a region such as eu-central-1')
    .default('us-east-1'),
  ...storeSettings,
  GATEWAY_SECRET: secret.optional(),
  GATEWAY_SECRET_PREVIOUS: secret.optional(),
  ...authenticationSettings,
  CALLBACK_CONNECT_TIMEOUT_MS: wholeNumber(50, 29_000).default(1000),
  CALLBACK_REQUEST_TIMEOUT_MS: wholeNumber(50, 29_000).default(5000),
  CALLBACK_CONCURRENCY: wholeNumber(1, 1024).default(64),
  CALLBACK_DEADLINE_MS: wholeNumber(100, 28_000).default(12_000),
  CALLBACK_QUEUE: wholeNumber(1, 1_000_000).default(10_000),
  CALLBACK_QUEUE_PER_CONNECTION: wholeNumber(1, 10_000).default(100),
  CALLBACK_QUEUE_BYTES: wholeNumber(QUOTAS.messageBytes, 4 * 1024 ** 3).default(64 * 1024 ** 2),
  CALLBACK_LINGER_MS: wholeNumber(0, 1000).default(0),
  REPLIES: z.enum(['callback', 'response'], 'expected callback or response').default('callback'),
  ...channelSettings,
  ...fanOutSettings,
  ...publishApiSettings,
  ...operationSettings,
  LOG_LEVEL: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`).default('info'),
});

/** Problems that no setting has alone. */
function contradictions(env: NodeJS.ProcessEnv): string[] {
  if (env['GATEWAY_SECRET'] !== undefined) return [];
  const problems: string[] = [];
  if (env['HOST'] !== undefined && !isLoopback(env['HOST'])) {
    problems.push(problem('HOST', env, 'expected GATEWAY_SECRET with it, or a loopback address'));
  }
  if (env['GATEWAY_SECRET_PREVIOUS'] !== undefined) {
    problems.push(problem('GATEWAY_SECRET_PREVIOUS', env, 'expected GATEWAY_SECRET with it'));
  }
  return problems;
}

function problem(name: string, env: NodeJS.ProcessEnv, expected: string): string {
  const value = env[name];
  if (value === undefined) return `${name} is not set: ${expected}`;
  if (/SECRET|KEY/.test(name)) return `${name} (${value.length} characters): ${expected}`;
  // what stands before @ or behind ? in a URL may be a credential
  const shown = value.replace(/:(\/*).*@(?!connections)/s, ':$1…@').replace(/[?#].*/s, '?…');
  return `${name}=${shown}: ${expected}`;
}
