import { isJsonObject, type JsonObject } from '../fields/fields.js';
import { type Definition, member } from './definition.js';
import { importError } from './import-error.js';
import { asFlag, asNumber, asText, asVersion, defined } from './scalars.js';

export const BASE_PATH_MODES = ['ignore', 'prepend', 'split'] as const;

/**
 * The settings of the API itself, as CreateApi would receive them.
 *
 * @throws {ControlError} 400: it is not a definition of OpenAPI 3.0, or a member has another form
 */
export function apiSettings(definition: Definition): JsonObject {
  const { root } = definition;
  checkVersion(root);
  const info = definition.object(member(root, 'info'), 'info');
  const title = info && asText(member(info, 'title'));
  if (info === undefined || title === undefined) throw importError('info.title is missing');
  const endpoint = endpointSettings(definition);
  return defined({
    name: title,
    protocolType: 'HTTP',
    description: asText(member(info, 'description')),
    version: asVersion(member(info, 'version')),
    corsConfiguration: cors(definition),
    disableExecuteApiEndpoint: asFlag(member(endpoint, 'disableExecuteApiEndpoint')),
    ipAddressType: member(endpoint, 'ipAddressType'),
    tags: tags(definition),
  });
}

/** H12.17 and H12.23. */
function checkVersion(root: JsonObject): void {
  if (Object.hasOwn(root, 'swagger')) {
    throw importError('this is a Swagger 2.0 definition; HTTP APIs import OpenAPI 3.0 only');
  }
  const version = asText(member(root, 'openapi'));
  if (typeof version !== 'string') throw importError('openapi is missing: HTTP APIs import OpenAPI 3.0');
  if (!/^3\.0(\.\d+)?$/.test(version)) {
    throw importError(`openapi is '${version}': HTTP APIs import OpenAPI 3.0 only`);
  }
  const algorithm = asVersion(member(root, 'x-amazon-apigateway-importexport-version'));
  if (algorithm !== undefined && algorithm !== '1.0') {
    throw importError('x-amazon-apigateway-importexport-version must be 1.0');
  }
}

function cors(definition: Definition): JsonObject | undefined {
  const configured = definition.object(
    member(definition.root, 'x-amazon-apigateway-cors'),
    'x-amazon-apigateway-cors',
  );
  if (configured === undefined) return undefined;
  return defined({
    ...configured,
    maxAge: asNumber(member(configured, 'maxAge')),
    allowCredentials: asFlag(member(configured, 'allowCredentials')),
  });
}

/** Documented for OpenAPI 3.0 in a server; SAM's older versions wrote it beside the servers. */
function endpointSettings(definition: Definition): JsonObject {
  const owners = [definition.root, ...servers(definition)];
  const found = owners.map((owner) => member(owner, 'x-amazon-apigateway-endpoint-configuration'));
  return found.findLast(isJsonObject) ?? {};
}

function tags(definition: Definition): JsonObject | undefined {
  const list = member(definition.root, 'tags');
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw importError('tags must be a list');
  const entries = list.map((tag: unknown) => {
    const name = isJsonObject(tag) ? asText(member(tag, 'name')) : undefined;
    if (typeof name !== 'string' || !isJsonObject(tag)) throw importError('each of tags needs a name');
    return [name, asText(member(tag, 'x-amazon-apigateway-tag-value') ?? '')] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * The prefix of every path: empty, or such as `/a/b`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html
 */
export function basePathOf(definition: Definition, mode: (typeof BASE_PATH_MODES)[number]): string {
  if (mode === 'ignore') return '';
  const parts = declaredBasePath(definition)
    .split('/')
    .filter((part) => part !== '');
  return (mode === 'split' ? parts.slice(1) : parts).map((part) => `/${part}`).join('');
}

/** The first variable `basePath`, else the path of the first URL that has one. */
function declaredBasePath(definition: Definition): string {
  const all = servers(definition);
  for (const server of all) {
    const variables = definition.object(member(server, 'variables'), 'servers.variables') ?? {};
    const variable = definition.object(member(variables, 'basePath'), 'servers.variables.basePath');
    const preset = variable && asText(member(variable, 'default'));
    if (typeof preset === 'string') return preset;
  }
  const paths = all
    .map((server) => member(server, 'url'))
    .filter((url) => typeof url === 'string')
    .map((url) => url.replace(/^[a-z]+:\/\/[^/]*/i, ''));
  return paths.find((path) => path !== '' && path !== '/') ?? '';
}

function servers(definition: Definition): readonly JsonObject[] {
  const list = member(definition.root, 'servers') ?? [];
  if (!Array.isArray(list) || !list.every(isJsonObject))
    throw importError('servers must be a list of objects');
  return list;
}
