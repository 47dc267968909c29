import { array, INTEGER, object, type Schema, STRING } from '../../recorder/schema.js';

/** A resource with the members that its `Get…` operation returns, and others of our own. */
const resource = (operation: string, required: Schema, optional: Schema = {}) => ({
  type: 'object',
  description: `As ${operation} of the control plane returns it.`,
  required: Object.keys(required),
  properties: { ...required, ...optional },
});

/** The schemas of `GET /_gateway/apis`. */
export const API_SCHEMAS = {
  Api: resource('GetApi', {
    apiId: STRING,
    name: STRING,
    protocolType: { enum: ['WEBSOCKET', 'HTTP'] },
    stages: array(
      resource(
        'GetStage',
        {
          stageName: STRING,
          deployedRouteKeys: {
            ...array(STRING),
            description: 'The routes that the stage serves: those of its deployment, not the later ones.',
          },
        },
        {
          path: {
            ...STRING,
            description: 'Where this gateway serves the stage. Absent with DisableExecuteApiEndpoint.',
          },
        },
      ),
    ),
    routes: array(
      resource(
        'GetRoute',
        { routeId: STRING, routeKey: STRING },
        { routeResponses: array(resource('GetRouteResponse', {})) },
      ),
    ),
    integrations: array(
      resource(
        'GetIntegration',
        { integrationId: STRING, integrationType: STRING },
        { integrationResponses: array(resource('GetIntegrationResponse', {})) },
      ),
    ),
    authorizers: array(resource('GetAuthorizer', { authorizerId: STRING })),
    models: array(resource('GetModel', { modelId: STRING, name: STRING })),
    apiMappings: array(object({ domainName: STRING, apiMappingKey: STRING, stage: STRING })),
  }),
  Finding: object(
    {
      fileName: STRING,
      line: INTEGER,
      column: INTEGER,
      rule: STRING,
      severity: { enum: ['error', 'warning', 'hint'] },
      message: STRING,
      reason: { ...STRING, description: 'Why it fails in general.' },
      see: STRING,
      fix: STRING,
    },
    {
      logicalId: STRING,
      resourceId: { ...STRING, description: 'The id that the resource has in this gateway.' },
    },
  ),
};
