import { z } from 'zod';
import { type Config } from '../../nest/config/config.js';
import { parseVariables } from './parse-variables.js';
import { Variables } from './read-config.js';
import { storeProblems, storeSettings, storeVariables } from './store-variables.js';
import { regionInHost } from './ws-api-endpoint.js';

/**
 * Reads the settings of a program that only opens the service's store, from the environment of the service. Variables of
 * other parts are ignored.
 *
 * @throws {ConfigError} with every problem at once
 */
export function readStoreConfig(
  environment: NodeJS.ProcessEnv = process.env,
): Pick<Config, 'store' | 'awsRegion'> {
  const variables = parseVariables(StoreVariables, environment, storeProblems);
  const { WS_API_ENDPOINT: endpoint, AWS_REGION: region } = variables;
  return {
    store: storeSettings(variables),
    awsRegion: (endpoint === undefined ? undefined : regionInHost(endpoint)) ?? region,
  };
}

const StoreVariables = z.object({
  ...storeVariables,
  AWS_REGION: Variables.shape.AWS_REGION,
  WS_API_ENDPOINT: Variables.shape.WS_API_ENDPOINT.optional(),
});
