import { type AuthenticationSettings } from './authentication-settings.js';
import { type BackendApiSettings } from './backend-api-settings.js';
import { type ChannelSettings } from './channel-settings.js';
import { type FanOutSettings } from './fan-out-settings.js';
import { type OperationSettings } from './operation-settings.js';
import { type StoreSettings } from './store-settings.js';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * All settings, and the Nest token by which they are injected: `constructor(private readonly config: Config)`. The
 * names in capitals are the environment variables from which the ready service reads them: `api/settings.ts` has their
 * defaults and bounds. The values without such a name come from `constants.ts`.
 */
export abstract class Config {
  /** Names each setting in an error as it was set: by its variable, or by its option. */
  abstract readonly named: (problem: string) => string;
  /** The path below which the routes are served: empty, or `/ws`. The ready service has none. */
  abstract readonly path: string;
  /** `PORT`: TCP port to listen on; 0 for any free port. */
  abstract readonly port: number;
  /**
   * `HOST`: address to listen on. Without `GATEWAY_SECRET` any caller could act as any connection, so that only a
   * loopback address is accepted.
   */
  abstract readonly host: string;
  /**
   * `WS_API_ENDPOINT`, required: where callbacks go, as `http(s)://host[:port][/path]`. Usually
   * `https://{api-id}.execute-api.{region}.amazonaws.com/{stage}` or a custom domain.
   */
  abstract readonly wsApiEndpoint: string;
  /**
   * `AWS_REGION`: the Region for which callbacks are signed. The Region in an execute-api host has priority, because
   * AWS refuses signatures for another one.
   */
  abstract readonly awsRegion: string;
  /** `STORE`, `DATA_DIR`, `REDIS_…`, `DYNAMODB_…`: where state is kept. Undefined: nothing is, and there are no channels. */
  abstract readonly store: StoreSettings | undefined;
  /**
   * `GATEWAY_SECRET`, then `GATEWAY_SECRET_PREVIOUS`. A request must carry one of them in its `GatewaySecret` header; the
   * previous one is accepted during a rotation.
   */
  abstract readonly gatewaySecrets: readonly string[];
  /** `AUTH` and `JWT_…`: how clients are authenticated at `$connect`. */
  abstract readonly authentication: AuthenticationSettings;
  /**
   * `CALLBACK_CLIENT`: how callbacks are sent. `signed`: signed by this service, at a fraction of the SDK's processor
   * time. `sdk`: by the AWS SDK.
   */
  abstract readonly callbackClient: 'signed' | 'sdk';
  /** Time to connect, for one attempt of a callback: a fifth of the next, and at least a constant. */
  abstract readonly callbackConnectTimeoutMs: number;
  /** `CALLBACK_REQUEST_TIMEOUT_MS`: time until the response, for one attempt of a callback. */
  abstract readonly callbackRequestTimeoutMs: number;
  /** `CALLBACK_CONCURRENCY`: callbacks in flight at once, each on its own connection. */
  abstract readonly callbackConcurrency: number;
  /**
   * `CALLBACK_DEADLINE_MS`: time until a callback has succeeded or failed, including all attempts and pauses. By default
   * a message to many and the reply after it fit into the 29 s that API Gateway waits.
   */
  abstract readonly callbackDeadlineMs: number;
  /** `CALLBACK_QUEUE`: messages queued for all connections together. */
  abstract readonly callbackQueue: number;
  /** Messages queued for one connection: one for each channel that it may join, and at least a constant. */
  abstract readonly callbackQueuePerConnection: number;
  /** `CALLBACK_QUEUE_BYTES`: bytes of all queued messages, each counted once. */
  abstract readonly callbackQueueBytes: number;
  /**
   * `CALLBACK_LINGER_MS`: how long a message waits for others, if its client accepts several in one frame. With
   * 0 only messages that are queued anyway share a frame.
   */
  abstract readonly callbackLingerMs: number;
  /**
   * `REPLIES`: how the reply to a client's message is sent. `callback`, or `response`: in the HTTP response,
   * which needs a route response on `$default` and saves a request.
   */
  abstract readonly replies: 'callback' | 'response';
  /** `CHANNEL…`, `HISTORY_…`, `MEMBER_NOTICES…`, `PUBLISH_BY_API_ONLY`. */
  abstract readonly channels: ChannelSettings;
  /** `FANOUT_…`. */
  abstract readonly fanOut: FanOutSettings;
  /** `API_KEYS`, `IDEMPOTENCY_SECONDS`. */
  abstract readonly backendApi: BackendApiSettings;
  /** `DRAIN_SECONDS`, `SWEEP_…`, `OTEL_…`. */
  abstract readonly operation: OperationSettings;
  /** `LOG_LEVEL`. */
  abstract readonly logLevel: LogLevel;
}
