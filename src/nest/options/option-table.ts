import { type SettingName } from '../../api/settings.js';
import { FLAG, HEADERS, KEYS, LIST, NUMBER, type OptionKind, PREFIXES, TEXT } from './option-kinds.js';

/** The settings that are no options: an application listens and drains by itself. */
type ServiceSetting = 'PORT' | 'HOST' | 'DRAIN_SECONDS';

/** An option by its path, such as `store.url`. */
export interface Option {
  readonly path: string;
  readonly kind: OptionKind;
}

const option = (path: string, kind: OptionKind): Option => ({ path, kind });

/** The option of each setting: it has the setting's default, bounds and rules. */
export const OPTIONS: Readonly<Record<Exclude<SettingName, ServiceSetting>, Option>> = {
  WS_API_ENDPOINT: option('wsApiEndpoint', TEXT),
  AWS_REGION: option('awsRegion', TEXT),
  GATEWAY_SECRET: option('gatewaySecret', TEXT),
  GATEWAY_SECRET_PREVIOUS: option('gatewaySecretPrevious', TEXT),

  AUTH: option('authentication.kind', TEXT),
  JWT_JWKS_URL: option('authentication.jwksUrl', TEXT),
  JWT_KEY: option('authentication.publicKey', TEXT),
  JWT_SECRET: option('authentication.secret', TEXT),
  JWT_ISSUER: option('authentication.issuer', TEXT),
  JWT_AUDIENCE: option('authentication.audience', LIST),
  JWT_ALGORITHMS: option('authentication.algorithms', LIST),
  JWT_USER_CLAIM: option('authentication.userClaim', TEXT),
  JWT_CLOCK_TOLERANCE_SECONDS: option('authentication.clockToleranceSeconds', NUMBER),

  STORE: option('store.kind', TEXT),
  DATA_DIR: option('store.dataDir', TEXT),
  REDIS_URL: option('store.url', TEXT),
  REDIS_CLUSTER: option('store.cluster', FLAG),
  REDIS_PREFIX: option('store.prefix', TEXT),
  DYNAMODB_TABLE: option('store.table', TEXT),
  DYNAMODB_ENDPOINT: option('store.endpoint', TEXT),
  STORE_TIMEOUT_MS: option('store.timeoutMs', NUMBER),

  CALLBACK_CLIENT: option('callbacks.client', TEXT),
  CALLBACK_REQUEST_TIMEOUT_MS: option('callbacks.requestTimeoutMs', NUMBER),
  CALLBACK_DEADLINE_MS: option('callbacks.deadlineMs', NUMBER),
  CALLBACK_CONCURRENCY: option('callbacks.concurrency', NUMBER),
  CALLBACK_QUEUE: option('callbacks.queue', NUMBER),
  CALLBACK_QUEUE_BYTES: option('callbacks.queueBytes', NUMBER),
  CALLBACK_LINGER_MS: option('callbacks.lingerMs', NUMBER),
  REPLIES: option('replies', TEXT),

  CHANNELS_PER_CONNECTION: option('channels.perConnection', NUMBER),
  HISTORY_MESSAGES: option('channels.historyMessages', NUMBER),
  HISTORY_SECONDS: option('channels.historySeconds', NUMBER),
  HISTORY_OFF: option('channels.historyOff', PREFIXES),
  MEMBER_NOTICES: option('channels.memberNotices', PREFIXES),
  MEMBER_NOTICES_MEMBERS: option('channels.memberNoticesMembers', NUMBER),
  PUBLISH_ONCE_SECONDS: option('channels.publishOnceSeconds', NUMBER),
  PUBLISH_BY_API_ONLY: option('channels.publishByApiOnly', PREFIXES),
  FANOUT_SHARD_MEMBERS: option('channels.shardMembers', NUMBER),

  API_KEYS: option('backendApi.keys', KEYS),
  IDEMPOTENCY_SECONDS: option('backendApi.idempotencySeconds', NUMBER),

  SWEEP_SECONDS: option('sweepSeconds', NUMBER),
  OTEL_EXPORTER_OTLP_ENDPOINT: option('tracing.endpoint', TEXT),
  OTEL_SERVICE_NAME: option('tracing.serviceName', TEXT),
  OTEL_EXPORTER_OTLP_HEADERS: option('tracing.headers', HEADERS),
  OTEL_TRACES_SAMPLER: option('tracing.sampler', TEXT),
  OTEL_TRACES_SAMPLER_ARG: option('tracing.samplerRatio', NUMBER),
  LOG_LEVEL: option('logLevel', TEXT),
};

/** The options with the names of their settings. */
export const optionRows = () =>
  Object.entries(OPTIONS) as (readonly [name: keyof typeof OPTIONS, option: Option])[];

/** The paths of all options that a `useFactory` can return: `path` and `logger` are no settings of the service. */
export const OPTION_PATHS: readonly string[] = [
  ...optionRows().map(([, { path }]) => path),
  'path',
  'logger',
];

/** A text about settings, in which each is named by its option: `STORE=redis` is `store.kind=redis` there. */
export function inOptionNames(text: string): string {
  return text.replace(NAMES, (name) => OPTIONS[name as keyof typeof OPTIONS].path);
}

const NAMES = new RegExp(String.raw`\b(?:${Object.keys(OPTIONS).join('|')})\b`, 'g');
