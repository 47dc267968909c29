import {
  type DeployedIntegration,
  type DeployedIntegrationResponse,
  functionOf,
} from '../../control/snapshot.js';
import { evaluateResponseSource } from '../../mapping/response-parameters.js';
import { render } from '../../vtl/render.js';
import { type IntegrationAnswer } from '../../integrations/integration-client.js';
import { toBinary, toText } from './content-handling.js';
import { headerValue } from './header-value.js';
import { type RouteEvent } from './map-request.js';
import { MappingFailedError } from './mapping-failed.js';
import { readMessage } from './select-route.js';
import { selectTemplate } from './select-template.js';
import { templateScope } from './template-scope.js';

/** What the route answers: to a handshake all of it, to a message its body. */
export interface MappedResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Of a proxy integration, the answer as it is. Of any other, what the integration response makes of it whose key fits:
 * the status, or for a Lambda function the message of its error.
 *
 * The status remains the integration's, as an integration response has none. That it decides about a handshake, and that
 * without any integration response it does so alone, is not documented.
 *
 * @throws {MappingFailedError} no integration response fits; a mapped value cannot be sent
 * @throws {TemplateError}
 */
export function mapResponse(
  integration: DeployedIntegration,
  answer: IntegrationAnswer,
  event: RouteEvent,
): MappedResponse {
  if (integration.type === 'HTTP_PROXY' || integration.type === 'AWS_PROXY') {
    const isText = integration.contentHandling === 'CONVERT_TO_TEXT';
    return { ...answer, body: isText ? Buffer.from(toText(answer.body)) : answer.body };
  }
  // a function that failed has refused the handshake, whatever is told of it: 502 was recorded for AWS_PROXY
  const status = answer.errorMessage === undefined ? answer.status : 502;
  const response = selectResponse(integration, answer);
  if (response !== undefined) return mapped(response, { ...answer, status }, event);
  if (event.handshake !== undefined && integration.responses.length === 0) {
    return { status, headers: {}, body: answer.body };
  }
  throw new MappingFailedError(
    `no integration response fits ${subjectOf(integration, answer) ?? 'but $default'}`,
  );
}

function selectResponse(
  integration: DeployedIntegration,
  answer: IntegrationAnswer,
): DeployedIntegrationResponse | undefined {
  const subject = subjectOf(integration, answer);
  return integration.responses.find(
    ({ pattern }) => pattern === undefined || (subject !== undefined && pattern.test(subject)),
  );
}

/** What keys are compared with. A function that did not fail has no message, so that only `$default` fits. */
const subjectOf = ({ type, uri }: DeployedIntegration, { status, errorMessage }: IntegrationAnswer) =>
  type === 'AWS' && functionOf(uri) !== undefined ? errorMessage : String(status);

function mapped(
  response: DeployedIntegrationResponse,
  answer: IntegrationAnswer,
  event: RouteEvent,
): MappedResponse {
  const { contentHandling, templates } = response;
  const { status } = answer;
  const text = contentHandling === 'CONVERT_TO_TEXT' ? toText(answer.body) : answer.body.toString('utf8');
  const { json } = readMessage(text);
  const template = selectTemplate(templates, {
    body: event.message?.json,
    response: { status, headers: answer.headers, body: json },
  });
  const body = template ? render(template, templateScope(event, text)) : text;
  return {
    status,
    headers: { 'content-type': 'application/json', ...mappedHeaders(response, answer, text, json) },
    body: contentHandling === 'CONVERT_TO_BINARY' ? toBinary(body) : Buffer.from(body),
  };
}

function mappedHeaders(
  { headers }: DeployedIntegrationResponse,
  answer: IntegrationAnswer,
  text: string,
  json: unknown,
): Readonly<Record<string, readonly string[]>> {
  const values = [...headers].map(([name, source]) => {
    const found = evaluateResponseSource(source, { headers: answer.headers, text, json });
    return [name.toLowerCase(), found.map((value) => headerValue(name, value))] as const;
  });
  return Object.fromEntries(values.filter(([, found]) => found.length > 0));
}
