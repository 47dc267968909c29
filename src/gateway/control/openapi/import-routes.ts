import { IMPORT_TEXTS } from '../../silent/openapi-choices.js';
import { isJsonObject, type JsonObject } from '../fields/fields.js';
import { httpRoutes } from '../http/http-routes.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { createIn } from '../operations/resource-collection.js';
import { type Definition, member } from './definition.js';
import { importError } from './import-error.js';
import { type ImportedIntegrations } from './import-integrations.js';
import { type ImportMessages } from './import-messages.js';
import { type ImportedSecurity } from './import-security.js';
import { asFlag, defined } from './scalars.js';

const ANY_METHOD = 'x-amazon-apigateway-any-method';
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', ANY_METHOD];
/** Members of a path item that are no operations. */
const OTHER_MEMBERS = ['$ref', 'summary', 'description', 'servers', 'parameters'];
/** AWS's limit for the name of an operation. */
const MAX_NAME_LENGTH = 64;

/** What the operations of a definition refer to. */
interface ImportedParts {
  readonly definition: Definition;
  readonly resources: HttpApiResources;
  readonly integrations: ImportedIntegrations;
  readonly security: ImportedSecurity;
  readonly messages: ImportMessages;
  /** Nothing, or `/a/b`. */
  readonly basePath: string;
}

/**
 * Creates a route for each operation (H12.18).
 *
 * @throws {ControlError} 400: a part that makes the whole definition invalid
 */
export function importRoutes(parts: ImportedParts): void {
  const { definition, messages } = parts;
  const paths = definition.object(member(definition.root, 'paths'), 'paths');
  if (paths === undefined) throw importError('paths is missing');
  for (const [path, value] of Object.entries(paths)) {
    if (path.startsWith('x-')) continue;
    const at = `paths['${path}']`;
    if (!path.startsWith('/')) messages.warnings.push(IMPORT_TEXTS.noSlash(path));
    if (!path.startsWith('/') && path !== '$default') continue;
    const item = definition.resolve(value, at);
    if (!isJsonObject(item)) {
      messages.warnings.push(`Parse issue: ${at} is not an object. Ignoring.`);
      continue;
    }
    for (const [method, operation] of Object.entries(item)) {
      if (OTHER_MEMBERS.includes(method) || (method.startsWith('x-') && method !== ANY_METHOD)) continue;
      importOperation(parts, path, method, definition.resolve(operation, `${at}.${method}`));
    }
  }
}

function importOperation(parts: ImportedParts, path: string, method: string, operation: unknown): void {
  const { messages, security, integrations, resources } = parts;
  const at = `paths['${path}'].${method}`;
  const upperCase = method === ANY_METHOD ? 'ANY' : method.toUpperCase();
  const ignore = (reason: string) => messages.warnings.push(IMPORT_TEXTS.method(upperCase, path, reason));
  if (!METHODS.includes(method)) return void ignore('HTTP APIs have no such method');
  if (!isJsonObject(operation)) return void ignore('it is not an object');
  reportUnused(operation, at, messages);
  const authorization = security.authorizationOf(operation, at);
  if ('reason' in authorization) return void ignore(authorization.reason);
  const integration = integrations.idOf(operation, at, `'${upperCase}' for resource at path '${path}'`);
  messages.attempt(
    (reason) => IMPORT_TEXTS.method(upperCase, path, reason),
    () =>
      createIn(
        httpRoutes,
        resources,
        defined({
          ...authorization.input,
          routeKey: routeKeyOf(parts.basePath, path, upperCase, operation),
          target: integration && `integrations/${integration}`,
          operationName: operationName(operation, at, messages),
        }),
      ),
  );
}

function routeKeyOf(basePath: string, path: string, method: string, operation: JsonObject): string {
  const isDefault = asFlag(member(operation, 'isDefaultRoute')) === true || /^\/?\$default$/.test(path);
  if (isDefault && method === 'ANY') return '$default';
  return `${method} ${basePath}${path === '/' && basePath !== '' ? '' : path}`;
}

function operationName(operation: JsonObject, at: string, messages: ImportMessages): unknown {
  const name = member(operation, 'operationId');
  if (typeof name !== 'string' || name.length <= MAX_NAME_LENGTH) return name;
  messages.warnings.push(
    `Parse issue: ${at}.operationId has more than ${MAX_NAME_LENGTH} characters. Ignoring.`,
  );
  return undefined;
}

/** HTTP APIs do not validate requests (H12.17). */
function reportUnused(operation: JsonObject, at: string, messages: ImportMessages): void {
  const parameters = member(operation, 'parameters');
  const isChecked = (parameter: unknown) =>
    isJsonObject(parameter) && member(parameter, 'in') !== undefined && member(parameter, 'in') !== 'path';
  const ignored = [
    ...(Array.isArray(parameters) && parameters.some(isChecked) ? ['parameters'] : []),
    ...['requestBody', ...REST_ONLY].filter((name) => Object.hasOwn(operation, name)),
  ];
  if (ignored.length > 0) {
    messages.info.push(`${at}: ${ignored.join(', ')} ignored, as HTTP APIs do not validate requests`);
  }
}

const REST_ONLY = ['x-amazon-apigateway-request-validator'];
