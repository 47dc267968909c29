import { resolve } from 'node:path';
import { algorithmsOf } from '../../api/jwt-key.js';
import { type Settings } from '../../api/settings.js';
import { regionInHost } from '../../api/ws-api-endpoint.js';
import { type AuthenticationSettings } from '../config/authentication-settings.js';
import { type Config } from '../config/config.js';
import { type Constants } from '../config/constants.js';
import { type OperationSettings, type TracingSettings } from '../config/operation-settings.js';
import { type StoreSettings } from '../config/store-settings.js';

/** What a {@link Config} has beside the settings; the defaults are those of the ready service. */
export interface ConfigContext extends Partial<Pick<Config, 'named' | 'path'>> {
  readonly isStored?: boolean;
}

/**
 * The settings in the form in which the parts of the module use them.
 *
 * @param settings without any problem
 */
export function configOf(
  settings: Settings,
  constants: Constants,
  { named = BY_VARIABLES, path = '', isStored = true }: ConfigContext = {},
): Config {
  const { GATEWAY_SECRET, GATEWAY_SECRET_PREVIOUS, WS_API_ENDPOINT } = settings;
  return {
    named,
    path,
    port: settings.PORT,
    host: settings.HOST ?? (GATEWAY_SECRET === undefined ? '127.0.0.1' : '0.0.0.0'),
    wsApiEndpoint: WS_API_ENDPOINT,
    awsRegion: regionInHost(WS_API_ENDPOINT) ?? settings.AWS_REGION,
    store: isStored ? storeSettings(settings) : undefined,
    gatewaySecrets: [GATEWAY_SECRET, GATEWAY_SECRET_PREVIOUS].filter((secret) => secret !== undefined),
    authentication: authenticationSettings(settings, constants),
    callbackClient: settings.CALLBACK_CLIENT,
    callbackConnectTimeoutMs: Math.max(constants.connectTimeoutMs, settings.CALLBACK_REQUEST_TIMEOUT_MS / 5),
    callbackRequestTimeoutMs: settings.CALLBACK_REQUEST_TIMEOUT_MS,
    callbackConcurrency: settings.CALLBACK_CONCURRENCY,
    callbackDeadlineMs: settings.CALLBACK_DEADLINE_MS,
    callbackQueue: settings.CALLBACK_QUEUE,
    callbackQueuePerConnection: Math.max(constants.queuePerConnection, settings.CHANNELS_PER_CONNECTION),
    callbackQueueBytes: settings.CALLBACK_QUEUE_BYTES,
    callbackLingerMs: settings.CALLBACK_LINGER_MS,
    replies: settings.REPLIES,
    channels: {
      perConnection: settings.CHANNELS_PER_CONNECTION,
      historyMessages: settings.HISTORY_MESSAGES,
      historyMs: settings.HISTORY_SECONDS * 1000,
      historyOff: settings.HISTORY_OFF,
      memberNotices: settings.MEMBER_NOTICES,
      memberNoticesMembers: settings.MEMBER_NOTICES_MEMBERS,
      publishOnceMs: settings.PUBLISH_ONCE_SECONDS * 1000,
      publishByApiOnly: settings.PUBLISH_BY_API_ONLY,
    },
    fanOut: {
      shardMembers: settings.FANOUT_SHARD_MEMBERS,
      leaseMs: constants.leaseMs,
      pollMs: constants.pollMs,
      pendingShards: constants.pendingShards,
    },
    backendApi: { keys: settings.API_KEYS ?? [], idempotencyMs: settings.IDEMPOTENCY_SECONDS * 1000 },
    operation: operationSettings(settings, constants, isStored),
    logLevel: settings.LOG_LEVEL,
  };
}

/** Problems name the variables already. */
const BY_VARIABLES = (problem: string) => problem;

/** @param settings without any problem, so that the required ones of the store are set */
export function storeSettings(settings: Settings): StoreSettings {
  const { STORE_TIMEOUT_MS: timeoutMs } = settings;
  switch (settings.STORE) {
    case 'embedded':
      return { kind: 'embedded', dataDir: resolve(settings.DATA_DIR) };
    case 'redis':
      return {
        kind: 'redis',
        url: settings.REDIS_URL!,
        isCluster: settings.REDIS_CLUSTER,
        prefix: settings.REDIS_PREFIX,
        timeoutMs,
      };
    case 'dynamodb':
      return {
        kind: 'dynamodb',
        table: settings.DYNAMODB_TABLE!,
        endpoint: settings.DYNAMODB_ENDPOINT,
        timeoutMs,
      };
  }
}

/** @param settings without any problem, so that there is a key with `AUTH=jwt` */
function authenticationSettings(settings: Settings, { jwksTimeoutMs }: Constants): AuthenticationSettings {
  if (settings.AUTH !== 'jwt') return { kind: settings.AUTH };
  const key = (settings.JWT_JWKS_URL ?? settings.JWT_KEY ?? settings.JWT_SECRET)!;
  return {
    kind: 'jwt',
    key,
    jwksTimeoutMs,
    issuer: settings.JWT_ISSUER,
    audiences: (settings.JWT_AUDIENCE ?? []).filter((audience) => audience !== '*'),
    algorithms: settings.JWT_ALGORITHMS ?? algorithmsOf(key),
    userClaim: settings.JWT_USER_CLAIM,
    clockToleranceSeconds: settings.JWT_CLOCK_TOLERANCE_SECONDS,
  };
}

function operationSettings(
  settings: Settings,
  { sweepIdleMs }: Constants,
  isStored: boolean,
): OperationSettings {
  return {
    drainMs: settings.DRAIN_SECONDS * 1000,
    // the sweep looks for idle connections in the store
    sweepMs: isStored ? settings.SWEEP_SECONDS * 1000 : 0,
    sweepIdleMs,
    tracing: tracingSettings(settings),
  };
}

function tracingSettings(settings: Settings): TracingSettings | undefined {
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return undefined;
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    serviceName: settings.OTEL_SERVICE_NAME,
    headers: settings.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    sampler: settings.OTEL_TRACES_SAMPLER,
    samplerRatio: settings.OTEL_TRACES_SAMPLER_ARG,
  };
}
