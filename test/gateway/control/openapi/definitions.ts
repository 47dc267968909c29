import { ControlError } from '../../../../src/gateway/control/control-error.js';
import { ControlPlane } from '../../../../src/gateway/control/control-plane.js';
import { type JsonObject } from '../../../../src/gateway/control/fields/fields.js';
import { type HttpApiResources } from '../../../../src/gateway/control/http-api-resources.js';
import { importApi, type ImportOptions } from '../../../../src/gateway/control/openapi/import-api.js';
import { parseDefinition } from '../../../../src/gateway/control/openapi/parse-definition.js';

export const ACCOUNT = { region: 'eu-west-1', accountId: '111122223333' };

export const FUNCTION_URI = 'arn:aws:lambda:eu-west-1:111122223333:function:books';

export const FUNCTION = {
  type: 'aws_proxy',
  httpMethod: 'POST',
  uri: FUNCTION_URI,
  payloadFormatVersion: '2.0',
};

/** A definition with these members. */
export const definition = (members: JsonObject = {}): JsonObject => ({
  openapi: '3.0.1',
  info: { title: 'books', version: '1.0' },
  paths: {},
  ...members,
});

/** Imports a definition, which may be text, into a control plane of its own. */
export function imported(source: string | JsonObject, options: Partial<ImportOptions> = {}) {
  const plane = new ControlPlane({ ...ACCOUNT, now: () => Date.UTC(2026, 10, 28) });
  const root = parseDefinition(typeof source === 'string' ? source : JSON.stringify(source));
  const api = importApi(plane, root, { basePath: 'ignore', failOnWarnings: false, ...options });
  return { plane, ...api };
}

/** The message with which an import is refused. */
export function refusal(source: string | JsonObject, options: Partial<ImportOptions> = {}): string {
  try {
    imported(source, options);
  } catch (error) {
    if (error instanceof ControlError && error.status === 400) return error.message;
    throw error;
  }
  return 'it was imported';
}

export const routeKeys = ({ routes }: HttpApiResources): readonly string[] =>
  [...routes.values()].map(({ RouteKey }) => RouteKey);
