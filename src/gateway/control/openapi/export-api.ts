import { stringify } from 'yaml';
import { exportedVersion } from '../../silent/openapi-choices.js';
import { badRequest } from '../control-error.js';
import { type JsonObject, writeFields } from '../fields/fields.js';
import { type HttpApi, HTTP_API_FIELDS } from '../http/http-api-fields.js';
import { httpStages } from '../http/http-stages.js';
import { type HttpApiConfiguration, type HttpApiResources } from '../http-api-resources.js';
import { find } from '../operations/resource-collection.js';
import { exportComponents } from './export-components.js';
import { exportPaths } from './export-routes.js';
import { defined } from './scalars.js';

export interface ExportOptions {
  readonly outputType: 'JSON' | 'YAML';
  readonly includeExtensions: boolean;
  /** By default the API as it is now, deployed or not. */
  readonly stageName: string | undefined;
}

/**
 * The OpenAPI definition of an API (ExportApi): importing it again creates an API that is the same.
 *
 * @throws {ControlError} 404: no such stage; 400: nothing is deployed to it
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-export.html
 */
export function exportApi(resources: HttpApiResources, options: ExportOptions): string {
  const { stageName = '$default', includeExtensions } = options;
  const configuration = configurationOf(resources, options.stageName);
  const definition = exportDefinition(configuration, { stageName, includeExtensions });
  // quoted for readers of YAML 1.1, such as CloudFormation's
  return options.outputType === 'JSON'
    ? `${JSON.stringify(definition, null, 2)}\n`
    : stringify(definition, { version: '1.1' });
}

function configurationOf(resources: HttpApiResources, stageName: string | undefined): HttpApiConfiguration {
  if (stageName === undefined) return resources.configuration();
  const { DeploymentId } = find(httpStages, resources, stageName);
  const deployed = resources.configurations.get(DeploymentId ?? '');
  if (deployed === undefined) throw badRequest(`nothing is deployed to the stage ${stageName}`);
  return deployed;
}

function exportDefinition(
  configuration: HttpApiConfiguration,
  { stageName, includeExtensions }: { stageName: string; includeExtensions: boolean },
): JsonObject {
  const { api } = configuration;
  const tags = Object.entries(api.Tags);
  return defined({
    openapi: '3.0.1',
    info: defined({
      title: api.Name,
      description: api.Description,
      version: api.Version ?? exportedVersion(api.CreatedDate),
    }),
    servers: [exportServer(api, stageName, includeExtensions)],
    tags:
      includeExtensions && tags.length > 0
        ? tags.map(([name, value]) => ({ name, 'x-amazon-apigateway-tag-value': value }))
        : undefined,
    paths: exportPaths(configuration, includeExtensions),
    ...(includeExtensions && {
      components: exportComponents(configuration),
      'x-amazon-apigateway-cors': exportCors(api),
      'x-amazon-apigateway-importexport-version': '1.0',
    }),
  });
}

function exportServer(api: HttpApi, stageName: string, includeExtensions: boolean): JsonObject {
  const endpoint = defined({
    disableExecuteApiEndpoint: api.DisableExecuteApiEndpoint || undefined,
    ipAddressType: api.IpAddressType === 'ipv4' ? undefined : api.IpAddressType,
  });
  return {
    url: `${api.ApiEndpoint}/{basePath}`,
    variables: { basePath: { default: stageName === '$default' ? '' : stageName } },
    ...(includeExtensions &&
      Object.keys(endpoint).length > 0 && { 'x-amazon-apigateway-endpoint-configuration': endpoint }),
  };
}

function exportCors({ CorsConfiguration }: HttpApi): unknown {
  if (CorsConfiguration === undefined) return undefined;
  return writeFields(HTTP_API_FIELDS, { CorsConfiguration }).corsConfiguration;
}
