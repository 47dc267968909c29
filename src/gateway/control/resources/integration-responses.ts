import { parseResponseMapping } from '../../mapping/response-parameters.js';
import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { mergeMap, withoutEmpty } from '../../silent/control-choices.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../api-resources.js';
import { checkExpression } from '../fields/check-expression.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type Integration } from '../fields/integration-fields.js';
import {
  INTEGRATION_RESPONSE_FIELDS,
  type IntegrationResponse,
} from '../fields/integration-response-fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { deployAutomatically } from './deployments.js';
import { newResourceId } from './resource-id.js';

/** The integration that the responses belong to. */
interface ParentIntegration {
  readonly resources: ApiResources;
  readonly integration: Integration;
}

export const integrationResponses: ResourceCollection<ParentIntegration, IntegrationResponse> = {
  resourceType: 'IntegrationResponse',

  items: (parent) => responsesOf(parent),
  write: (response) => writeFields(INTEGRATION_RESPONSE_FIELDS, response),

  create(parent, input) {
    const values = requireFields(readFields(INTEGRATION_RESPONSE_FIELDS, input), 'IntegrationResponseKey');
    return put(parent, {
      ...values,
      IntegrationResponseId: newResourceId('IntegrationResponse', responsesOf(parent)),
    });
  },

  update(parent, response, input) {
    const values = readFields(INTEGRATION_RESPONSE_FIELDS, input);
    return put(parent, {
      ...response,
      ...values,
      ...(values.ResponseParameters && {
        ResponseParameters: mergeMap(response.ResponseParameters, values.ResponseParameters),
      }),
    });
  },

  delete(parent, { IntegrationResponseId }) {
    const responses = new Map(responsesOf(parent));
    responses.delete(IntegrationResponseId);
    parent.resources.integrationResponses.set(parent.integration.IntegrationId, responses);
    deployAutomatically(parent.resources);
  },
};

const responsesOf = ({
  resources,
  integration,
}: ParentIntegration): ReadonlyMap<string, IntegrationResponse> =>
  resources.integrationResponses.get(integration.IntegrationId) ?? new Map();

function put(parent: ParentIntegration, requested: IntegrationResponse): IntegrationResponse {
  const response = withoutEmpty(requested);
  checkKey(parent, response);
  for (const [destination, source] of Object.entries(response.ResponseParameters ?? {})) {
    checkExpression('Invalid mapping expression specified: ', () =>
      parseResponseMapping(destination, source),
    );
  }
  const { TemplateSelectionExpression: selection } = response;
  if (selection !== undefined) {
    checkExpression('TemplateSelectionExpression: ', () => parseSelectionExpression(selection, 'response'));
  }
  const { resources, integration } = parent;
  const responses = new Map(responsesOf(parent)).set(response.IntegrationResponseId, response);
  resources.integrationResponses.set(integration.IntegrationId, responses);
  deployAutomatically(resources);
  return response;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html */
function checkKey(parent: ParentIntegration, response: IntegrationResponse): void {
  const { IntegrationResponseKey: key, IntegrationResponseId: id } = response;
  if (key !== '$default') {
    const pattern = key.match(/^\/(.+)\/$/s)?.[1];
    if (pattern === undefined) {
      throw badRequest(
        `IntegrationResponseKey '${key}' is neither $default nor a regular expression between slashes, such as /4\\d\\d/`,
      );
    }
    try {
      RegExp(pattern, 's');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw badRequest(`IntegrationResponseKey '${key}' is not a regular expression: ${reason}`);
    }
  }
  const others = responsesOf(parent).values();
  if (others.some((other) => other.IntegrationResponseKey === key && other.IntegrationResponseId !== id)) {
    throw conflict(`Integration response with key ${key} already exists for this integration`);
  }
}
