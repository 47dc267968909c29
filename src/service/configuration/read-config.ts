import { z } from 'zod';
import { QUOTAS } from '../../api/quotas.js';
import { type Config } from '../../nest/config/config.js';
import { isLoopback } from '../../nest/loopback.js';
import {
  authenticationProblems,
  authenticationSettings,
  authenticationVariables,
} from './authentication-variables.js';
import { backendApiSettings, backendApiVariables } from './backend-api-variables.js';
import { channelSettings, channelVariables } from './channel-variables.js';
import { fanOutSettings, fanOutVariables } from './fan-out-variables.js';
import { operationSettings, operationVariables } from './operation-variables.js';
import { parseVariables } from './parse-variables.js';
import { storeProblems, storeSettings, storeVariables } from './store-variables.js';
import { type VariableProblem, wholeNumber } from './variable-schemas.js';
import { regionInHost, wsApiEndpoint } from './ws-api-endpoint.js';

/**
 * Reads the settings from the environment. An empty variable counts as not set.
 *
 * @returns a frozen object
 * @throws {ConfigError} with every problem at once
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const variables = parseVariables(Variables, environment, (env) => [
    ...secretProblems(env),
    ...authenticationProblems(env),
    ...storeProblems(env),
  ]);
  const gatewaySecrets = [variables.GATEWAY_SECRET, variables.GATEWAY_SECRET_PREVIOUS];
  return Object.freeze({
    port: variables.PORT,
    host: variables.HOST ?? (variables.GATEWAY_SECRET === undefined ? '127.0.0.1' : '0.0.0.0'),
    wsApiEndpoint: variables.WS_API_ENDPOINT,
    awsRegion: regionInHost(variables.WS_API_ENDPOINT) ?? variables.AWS_REGION,
    store: storeSettings(variables),
    gatewaySecrets: gatewaySecrets.filter((secret) => secret !== undefined),
    authentication: authenticationSettings(variables),
    callbackClient: variables.CALLBACK_CLIENT,
    callbackConnectTimeoutMs: variables.CALLBACK_CONNECT_TIMEOUT_MS,
    callbackRequestTimeoutMs: variables.CALLBACK_REQUEST_TIMEOUT_MS,
    callbackConcurrency: variables.CALLBACK_CONCURRENCY,
    callbackDeadlineMs: variables.CALLBACK_DEADLINE_MS,
    callbackQueue: variables.CALLBACK_QUEUE,
    callbackQueuePerConnection: variables.CALLBACK_QUEUE_PER_CONNECTION,
    callbackQueueBytes: variables.CALLBACK_QUEUE_BYTES,
    callbackLingerMs: variables.CALLBACK_LINGER_MS,
    replies: variables.REPLIES,
    channels: channelSettings(variables),
    fanOut: fanOutSettings(variables),
    backendApi: backendApiSettings(variables),
    operation: operationSettings(variables),
    logLevel: variables.LOG_LEVEL,
  });
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const secret = z
  .string()
  .regex(/^[A-Za-z0-9._~+/=-]{16,510}$/, 'expected 16 to 510 characters of A-Z a-z 0-9 . _ ~ + / = -');

/** One row for each variable; the README has the same table. */
export const Variables = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'expected an address or a host name')
    .optional(),
  WS_API_ENDPOINT: wsApiEndpoint,
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d+$/, 'expected a Region such as eu-central-1')
    .default('us-east-1'),
  ...storeVariables,
  GATEWAY_SECRET: secret.optional(),
  GATEWAY_SECRET_PREVIOUS: secret.optional(),
  ...authenticationVariables,
  CALLBACK_CLIENT: z.enum(['signed', 'sdk'], 'expected signed or sdk').default('signed'),
  CALLBACK_CONNECT_TIMEOUT_MS: wholeNumber(50, 29_000).default(1000),
  CALLBACK_REQUEST_TIMEOUT_MS: wholeNumber(50, 29_000).default(5000),
  CALLBACK_CONCURRENCY: wholeNumber(1, 1024).default(64),
  CALLBACK_DEADLINE_MS: wholeNumber(100, 28_000).default(12_000),
  CALLBACK_QUEUE: wholeNumber(1, 1_000_000).default(10_000),
  CALLBACK_QUEUE_PER_CONNECTION: wholeNumber(1, 10_000).default(100),
  CALLBACK_QUEUE_BYTES: wholeNumber(QUOTAS.messageBytes, 4 * 1024 ** 3).default(64 * 1024 ** 2),
  CALLBACK_LINGER_MS: wholeNumber(0, 1000).default(0),
  REPLIES: z.enum(['callback', 'response'], 'expected callback or response').default('callback'),
  ...channelVariables,
  ...fanOutVariables,
  ...backendApiVariables,
  ...operationVariables,
  LOG_LEVEL: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`).default('info'),
});

/** Problems with the combination of variables. */
function secretProblems(env: NodeJS.ProcessEnv): VariableProblem[] {
  if (env['GATEWAY_SECRET'] !== undefined) return [];
  const problems: VariableProblem[] = [];
  if (env['HOST'] !== undefined && !isLoopback(env['HOST'])) {
    problems.push(['HOST', 'expected a loopback address, or GATEWAY_SECRET with it']);
  }
  if (env['GATEWAY_SECRET_PREVIOUS'] !== undefined) {
    problems.push(['GATEWAY_SECRET_PREVIOUS', 'expected only with GATEWAY_SECRET']);
  }
  return problems;
}
