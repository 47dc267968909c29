import {
  type DeployedIntegration,
  type DeployedIntegrationResponse,
  functionOf,
} from '../../control/snapshot.js';
import { type BackendResponse } from '../../integrations/backend-response.js';
import { evaluateResponseSource } from '../../mapping/response-parameters.js';
import { FAILED_FUNCTION_STATUS } from '../../silent/integration-choices.js';
import { render } from '../../vtl/render.js';
import { readMessage } from '../client-message.js';
import { type MappedResponse } from '../mapped-response.js';
import { type RouteEvent } from '../route-event.js';
import { toBinary, toText } from './content-handling.js';
import { headerValue } from '../../mapping/header-value.js';
import { MappingError } from '../../mapping/mapping-errors.js';
import { selectTemplate } from './select-template.js';
import { templateScope } from './template-scope.js';

/**
 * Maps the backend's response. A proxy integration's is unmodified. Any other is mapped by the integration response
 * whose key matches the status, or for a Lambda function the message of its error.
 *
 * The status remains the backend's, because an integration response has none.
 *
 * @throws {MappingError} no integration response matches; a mapped value cannot be sent
 * @throws {TemplateError}
 */
export function mapResponse(
  integration: DeployedIntegration,
  response: BackendResponse,
  event: RouteEvent,
): MappedResponse {
  if (integration.type === 'HTTP_PROXY' || integration.type === 'AWS_PROXY') {
    const isText = integration.contentHandling === 'CONVERT_TO_TEXT';
    return { ...response, body: isText ? Buffer.from(toText(response.body)) : response.body };
  }
  const status = response.errorMessage === undefined ? response.status : FAILED_FUNCTION_STATUS;
  const mapping = selectResponse(integration, response);
  if (mapping !== undefined) return mapped(mapping, { ...response, status }, event);
  if (event.handshake !== undefined && integration.responses.length === 0) {
    return { status, headers: {}, body: response.body };
  }
  throw new MappingError(
    `no integration response matches ${subjectOf(integration, response) ?? 'but $default'}`,
  );
}

function selectResponse(
  integration: DeployedIntegration,
  response: BackendResponse,
): DeployedIntegrationResponse | undefined {
  const subject = subjectOf(integration, response);
  return integration.responses.find(
    ({ pattern }) => pattern === undefined || (subject !== undefined && pattern.test(subject)),
  );
}

/** The text that keys are compared with. A function that did not fail has none: only `$default` matches. */
const subjectOf = ({ type, uri }: DeployedIntegration, { status, errorMessage }: BackendResponse) =>
  type === 'AWS' && functionOf(uri) !== undefined ? errorMessage : String(status);

function mapped(
  mapping: DeployedIntegrationResponse,
  response: BackendResponse,
  event: RouteEvent,
): MappedResponse {
  const { key, contentHandling, templates } = mapping;
  event.story?.add({ step: 'integration_response_key', key });
  const { status } = response;
  const text = contentHandling === 'CONVERT_TO_TEXT' ? toText(response.body) : response.body.toString('utf8');
  const { json } = readMessage(text);
  const template = selectTemplate(templates, {
    body: event.message?.json,
    response: { status, headers: response.headers, body: json },
  });
  const body = template ? render(template, templateScope(event, text)) : text;
  if (template)
    event.story?.add({
      step: 'template',
      direction: 'response',
      key: template.key,
      output: event.story.body(body),
    });
  return {
    status,
    headers: mappedHeaders(mapping, response, text, json),
    body: contentHandling === 'CONVERT_TO_BINARY' ? toBinary(body) : Buffer.from(body),
  };
}

function mappedHeaders(
  { headers }: DeployedIntegrationResponse,
  response: BackendResponse,
  text: string,
  json: unknown,
): Readonly<Record<string, readonly string[]>> {
  const values = [...headers].map(([name, source]) => {
    const found = evaluateResponseSource(source, { headers: response.headers, text, json });
    return [name.toLowerCase(), found.map((value) => headerValue(name, value))] as const;
  });
  return Object.fromEntries(values.filter(([, found]) => found.length > 0));
}
