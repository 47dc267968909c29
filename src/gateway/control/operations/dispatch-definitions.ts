import { badRequest } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { flag, oneOf, text } from '../fields/field-kinds.js';
import { type Field, type JsonObject, readFields, requireFields, writeFields } from '../fields/fields.js';
import { HTTP_API_FIELDS } from '../http/http-api-fields.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { BASE_PATH_MODES } from '../openapi/api-settings.js';
import { exportApi } from '../openapi/export-api.js';
import { importApi, type ImportedApi, type ImportOptions, reimportApi } from '../openapi/import-api.js';
import { parseDefinition } from '../openapi/parse-definition.js';
import { asFlag } from '../openapi/scalars.js';
import { apis } from '../resources/apis.js';
import { type ControlRequest, type ControlResponse } from './control-request.js';
import { find } from './resource-collection.js';
import { methodNotAllowed, unknownOperation, V2 } from './resource-operations.js';

/** The text's length is checked where it is parsed. */
const BODY = { Body: text({ max: Infinity }) };

/**
 * ImportApi and ReimportApi (H12.16).
 *
 * @param apiId absent for ImportApi
 * @throws {ControlError} every response other than success
 */
export function dispatchImport(
  plane: ControlPlane,
  apiId: string | undefined,
  request: ControlRequest,
): ControlResponse {
  const { Body } = requireFields(readFields(BODY, request.json()), 'Body');
  const options: ImportOptions = {
    basePath: queryValue(request, 'basepath', oneOf(BASE_PATH_MODES)) ?? 'ignore',
    failOnWarnings: queryValue(request, 'failOnWarnings', flag()) ?? false,
  };
  const resources = apiId === undefined ? undefined : find(apis, plane, apiId);
  if (resources?.protocol === 'WEBSOCKET') throw badRequest('only HTTP APIs can be imported');
  const definition = parseDefinition(Body);
  const imported =
    resources === undefined
      ? importApi(plane, definition, options)
      : reimportApi(resources, definition, options);
  return { status: V2.createdStatus, body: writeImported(imported) };
}

function writeImported({ resources, messages: { info, warnings } }: ImportedApi): JsonObject {
  return {
    ...writeFields(HTTP_API_FIELDS, resources.api),
    ...(info.length > 0 && { importInfo: info }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/**
 * ExportApi (H12.23).
 *
 * @param path what follows `exports`
 * @throws {ControlError} every response other than success
 */
export function dispatchExport(
  resources: HttpApiResources,
  path: readonly string[],
  request: ControlRequest,
): ControlResponse {
  const [specification, ...rest] = path;
  if (specification === undefined || rest.length > 0) throw unknownOperation(request);
  if (request.method !== 'GET') throw methodNotAllowed(request, 'GET');
  if (specification !== 'OAS30') {
    throw badRequest(`the specification is '${specification}'; it must be OAS30`);
  }
  const outputType = queryValue(request, 'outputType', oneOf(['JSON', 'YAML'] as const));
  if (outputType === undefined) throw badRequest('outputType is missing: JSON or YAML');
  queryValue(request, 'exportVersion', oneOf(['1.0']));
  return {
    status: 200,
    document: {
      contentType: outputType === 'JSON' ? 'application/json' : 'application/yaml',
      text: exportApi(resources, {
        outputType,
        includeExtensions: queryValue(request, 'includeExtensions', flag()) ?? true,
        stageName: request.searchParams.get('stageName') ?? undefined,
      }),
    },
  };
}

function queryValue<T>({ searchParams }: ControlRequest, name: string, field: Field<T>): T | undefined {
  const value = searchParams.get(name);
  return value === null ? undefined : field.read(asFlag(value), name);
}
