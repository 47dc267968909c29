import { IMPORT_TEXTS } from '../../silent/openapi-choices.js';
import { badRequest } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { type JsonObject } from '../fields/fields.js';
import { createHttpApi, httpApiOf } from '../http/http-apis.js';
import { HttpApiResources } from '../http-api-resources.js';
import { deployAutomatically } from '../resources/deployments.js';
import { apiSettings, type BASE_PATH_MODES, basePathOf } from './api-settings.js';
import { Definition } from './definition.js';
import { ImportedIntegrations } from './import-integrations.js';
import { ImportMessages } from './import-messages.js';
import { importRoutes } from './import-routes.js';
import { ImportedSecurity } from './import-security.js';

export interface ImportOptions {
  readonly basePath: (typeof BASE_PATH_MODES)[number];
  readonly failOnWarnings: boolean;
  /** Settings of the API, as CreateApi receives them, in place of those in the definition. */
  readonly settings?: JsonObject;
}

export interface ImportedApi {
  readonly resources: HttpApiResources;
  readonly messages: ImportMessages;
}

/**
 * Creates an API from an OpenAPI definition (ImportApi). It has no stage and no deployment (H12.21).
 *
 * @throws {ControlError} 400: the definition is refused, or has warnings that fail; nothing is created
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
 */
export function importApi(plane: ControlPlane, root: JsonObject, options: ImportOptions): ImportedApi {
  const definition = new Definition(root, plane);
  const resources = createHttpApi(plane, { ...apiSettings(definition), ...options.settings });
  try {
    return { resources, messages: importInto(resources, definition, options) };
  } catch (error) {
    plane.apis.delete(resources.api.ApiId);
    throw error;
  }
}

/**
 * Overwrites an API by an OpenAPI definition (ReimportApi): its settings, routes, integrations and authorizers. Its id,
 * its stages and its deployments stay.
 *
 * @throws {ControlError} 400: as `importApi`; nothing changes
 */
export function reimportApi(
  resources: HttpApiResources,
  root: JsonObject,
  options: ImportOptions,
): ImportedApi {
  const { plane, api } = resources;
  const definition = new Definition(root, plane);
  const replacement = new HttpApiResources(plane, httpApiOf(apiSettings(definition), api));
  const messages = importInto(replacement, definition, options);
  resources.replaceConfiguration(replacement.configuration());
  deployAutomatically(resources);
  return { resources, messages };
}

function importInto(
  resources: HttpApiResources,
  definition: Definition,
  { basePath, failOnWarnings }: ImportOptions,
): ImportMessages {
  const messages = new ImportMessages();
  importRoutes({
    definition,
    resources,
    security: new ImportedSecurity(definition, resources, messages),
    integrations: new ImportedIntegrations(definition, resources, messages),
    messages,
    basePath: basePathOf(definition, basePath),
  });
  if (failOnWarnings && messages.warnings.length > 0) {
    throw badRequest(IMPORT_TEXTS.warnings(messages.warnings));
  }
  return messages;
}
