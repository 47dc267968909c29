import { type AuthenticationSettings } from './authentication-settings.js';
import { type BackendApiSettings } from './backend-api-settings.js';
import { type ChannelSettings } from './channel-settings.js';
import { type FanOutSettings } from './fan-out-settings.js';
import { type OperationSettings } from './operation-settings.js';
import { type StoreSettings } from './store-settings.js';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * All settings, and the Nest token by which they are injected: `constructor(private readonly config: Config)`. The
 * names in capitals are the environment variables from which the ready service reads them.
 */
export abstract class Config {
  /** `PORT`: TCP port to listen on; 0–65535, 0 for any free port. Default 3000. */
  abstract readonly port: number;
  /**
   * `HOST`: address to listen on. Default `0.0.0.0` with `GATEWAY_SECRET`, otherwise `127.0.0.1`. Without the secret,
   * any caller could act as any connection, so that only a loopback address is accepted.
   */
  abstract readonly host: string;
  /**
   * `WS_API_ENDPOINT`, required: where callbacks go, as `http(s)://host[:port][/path]`. Usually
   * `https://{api-id}.execute-api.{region}.amazonaws.com/{stage}` or a custom domain.
   */
  abstract readonly wsApiEndpoint: string;
  /**
   * `AWS_REGION`: the Region for which callbacks are signed. The Region in an execute-api host has priority, because
   * AWS refuses signatures for another one. Default `us-east-1`.
   */
  abstract readonly awsRegion: string;
  /** `STORE`, `DATA_DIR`, `REDIS_…`, `DYNAMODB_…`: where state is kept. Default `embedded`. */
  abstract readonly store: StoreSettings;
  /**
   * `GATEWAY_SECRET`, then `GATEWAY_SECRET_PREVIOUS`: 16–510 characters of `A-Z a-z 0-9 . _ ~ + / = -`. A request must
   * carry one of them in its `GatewaySecret` header; the previous one is accepted during a rotation. Default none.
   */
  abstract readonly gatewaySecrets: readonly string[];
  /** `AUTH` and `JWT_…`: how clients are authenticated at `$connect`. Default `none`. */
  abstract readonly authentication: AuthenticationSettings;
  /**
   * `CALLBACK_CLIENT`: how callbacks are sent. `signed`, the default: signed by this service, at a fraction of the SDK's
   * processor time. `sdk`: by the AWS SDK.
   */
  abstract readonly callbackClient: 'signed' | 'sdk';
  /** `CALLBACK_CONNECT_TIMEOUT_MS`: time to connect, for one attempt of a callback; 50–29000. Default 1000. */
  abstract readonly callbackConnectTimeoutMs: number;
  /** `CALLBACK_REQUEST_TIMEOUT_MS`: time until the response, for one attempt of a callback; 50–29000. Default 5000. */
  abstract readonly callbackRequestTimeoutMs: number;
  /** `CALLBACK_CONCURRENCY`: callbacks in flight at once, each on its own connection; 1–1024. Default 64. */
  abstract readonly callbackConcurrency: number;
  /**
   * `CALLBACK_DEADLINE_MS`: time until a callback has succeeded or failed, including all attempts and pauses;
   * 100–28000. Default 12000, so that a message to many and the reply after it fit into the 29 s that API Gateway
   * waits.
   */
  abstract readonly callbackDeadlineMs: number;
  /** `CALLBACK_QUEUE`: messages queued for all connections together; 1–1000000. Default 10000. */
  abstract readonly callbackQueue: number;
  /** `CALLBACK_QUEUE_PER_CONNECTION`: messages queued for one connection; 1–10000. Default 100. */
  abstract readonly callbackQueuePerConnection: number;
  /** `CALLBACK_QUEUE_BYTES`: bytes of all queued messages, each counted once; 131072–4294967296. Default 67108864. */
  abstract readonly callbackQueueBytes: number;
  /**
   * `CALLBACK_LINGER_MS`: how long a message waits for others, if its client accepts several in one frame; 0–1000.
   * Default 0: only messages that are queued anyway share a frame.
   */
  abstract readonly callbackLingerMs: number;
  /**
   * `REPLIES`: how the reply to a client's message is sent. `callback`, the default, or `response`: in the HTTP
   * response, which needs a route response on `$default` and saves a request.
   */
  abstract readonly replies: 'callback' | 'response';
  /** `CHANNEL…`, `HISTORY_…`, `MEMBER_NOTICES…`, `PUBLISH_BY_API_ONLY`, `PRESENCE_MEMBERS`. */
  abstract readonly channels: ChannelSettings;
  /** `FANOUT_…`. */
  abstract readonly fanOut: FanOutSettings;
  /** `API_KEYS`, `IDEMPOTENCY_SECONDS`. */
  abstract readonly backendApi: BackendApiSettings;
  /** `DRAIN_SECONDS`, `SWEEP_…`, `OTEL_…`. */
  abstract readonly operation: OperationSettings;
  /** `LOG_LEVEL`. Default `info`. */
  abstract readonly logLevel: LogLevel;
}
