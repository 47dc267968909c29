import { parseResponseMapping } from '../../mapping/response-parameters.js';
import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { type Collection, mergeMap, withoutEmpty } from '../operations/resource-collection.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { deployAutomatically } from './deployments.js';
import { checked } from '../fields/check-expression.js';
import { mapOf, readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { newResourceId } from './resource-id.js';
import { type Integration, type IntegrationResponse } from '../resources.js';
import { CONTENT_HANDLING, TEMPLATES } from '../fields/shared-fields.js';

const FIELDS = {
  IntegrationResponseKey: text({ min: 1 }),
  ContentHandlingStrategy: CONTENT_HANDLING,
  ResponseParameters: mapOf(text({ max: 512 })),
  ResponseTemplates: TEMPLATES,
  TemplateSelectionExpression: text({}),
};

/** The integration that the responses belong to. */
export interface OfIntegration {
  readonly of: ApiResources;
  readonly integration: Integration;
}

export const integrationResponses: Collection<OfIntegration, IntegrationResponse> = {
  resourceType: 'IntegrationResponse',

  items: (parent) => responsesOf(parent),
  write: (response) => writeFields(FIELDS, response),

  create(parent, input) {
    const values = requireFields(readFields(FIELDS, input), 'IntegrationResponseKey');
    return put(parent, {
      ...values,
      IntegrationResponseId: newResourceId('IntegrationResponse', responsesOf(parent)),
    });
  },

  update(parent, response, input) {
    const values = readFields(FIELDS, input);
    return put(parent, {
      ...response,
      // [uncertain] templates as a whole, parameters merged: as in the integration itself
      ...values,
      ...(values.ResponseParameters && {
        ResponseParameters: mergeMap(response.ResponseParameters, values.ResponseParameters),
      }),
    });
  },

  delete(parent, { IntegrationResponseId }) {
    const responses = new Map(responsesOf(parent));
    responses.delete(IntegrationResponseId);
    parent.of.integrationResponses.set(parent.integration.IntegrationId, responses);
    deployAutomatically(parent.of);
  },
};

const responsesOf = ({ of, integration }: OfIntegration): ReadonlyMap<string, IntegrationResponse> =>
  of.integrationResponses.get(integration.IntegrationId) ?? new Map();

function put(parent: OfIntegration, given: IntegrationResponse): IntegrationResponse {
  const response = withoutEmpty(given);
  checkKey(parent, response);
  for (const [destination, source] of Object.entries(response.ResponseParameters ?? {})) {
    checked('Invalid mapping expression specified: ', () => parseResponseMapping(destination, source));
  }
  const { TemplateSelectionExpression: selection } = response;
  if (selection !== undefined) {
    checked('TemplateSelectionExpression: ', () => parseSelectionExpression(selection, 'response'));
  }
  const { of, integration } = parent;
  const responses = new Map(responsesOf(parent)).set(response.IntegrationResponseId, response);
  of.integrationResponses.set(integration.IntegrationId, responses);
  deployAutomatically(of);
  return response;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html */
function checkKey(parent: OfIntegration, response: IntegrationResponse): void {
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
      throw badRequest(`IntegrationResponseKey '${key}' is no regular expression: ${reason}`);
    }
  }
  const others = responsesOf(parent).values();
  if (others.some((other) => other.IntegrationResponseKey === key && other.IntegrationResponseId !== id)) {
    throw conflict(`Integration response with key ${key} already exists for this integration`);
  }
}
