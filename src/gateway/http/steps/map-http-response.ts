import { type HttpIntegration } from '../../control/http-snapshot.js';
import { HOP_BY_HOP_HEADERS } from '../../hop-by-hop-headers.js';
import { type BackendResponse } from '../../integrations/backend-response.js';
import { headerValue } from '../../mapping/header-value.js';
import { MappedBody, mappedValue, type MappingSubject } from '../../mapping/mapped-value.js';
import { MappingError } from '../../mapping/mapping-errors.js';
import { isFinalStatus } from '../../silent/integration-choices.js';
import { type ApiEvent } from '../api-event.js';
import { type ApiResponse } from '../api-response.js';
import { parametersStep } from '../recorded-request.js';
import { httpContext } from './http-context.js';
import { withoutHeaders } from './map-http-request.js';

/**
 * The response of an integration for the client: unmodified (H4.22), unless the integration has response parameters for
 * its status (H8.23, H8.24).
 *
 * @throws {MappingError} a mapped value cannot be sent
 */
export function mapHttpResponse(
  integration: HttpIntegration,
  event: ApiEvent,
  response: BackendResponse,
): ApiResponse {
  const { status, body } = response;
  const headers = responseHeaders(integration, event, response);
  const mappings = integration.responseParameters.get(status);
  if (mappings === undefined) return { status, headers, body, isGatewayResponse: false };

  const subject = responseSubject(event, response);
  const dropped = new Set<string>();
  const added: string[] = [];
  let mappedStatus = status;
  const values = mappings.map((mapping) =>
    mapping.operation === 'remove' ? undefined : mappedValue(mapping.value, subject),
  );
  event.story?.add({ ...parametersStep(mappings, values), direction: 'response' });
  for (const [index, mapping] of mappings.entries()) {
    if (mapping.operation === 'remove') {
      dropped.add(mapping.name.toLowerCase());
      continue;
    }
    const value = values[index];
    if (value === undefined) continue;
    if (mapping.location === 'statuscode') {
      mappedStatus = readStatus(value);
      continue;
    }
    if (mapping.operation === 'overwrite') dropped.add(mapping.name.toLowerCase());
    added.push(mapping.name.toLowerCase(), headerValue(mapping.name, value));
  }
  return {
    status: mappedStatus,
    headers: [...withoutHeaders(headers, dropped), ...added],
    body,
    isGatewayResponse: false,
  };
}

function readStatus(text: string): number {
  const status = Number(text);
  if (isFinalStatus(status)) return status;
  throw new MappingError(`the value '${text}' mapped to the status is not a number from 200 to 599`);
}

function responseHeaders(
  { kind }: HttpIntegration,
  { request }: ApiEvent,
  { headers, body }: BackendResponse,
): readonly string[] {
  const flat: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || NOT_PASSED_ON.has(name)) continue;
    // H7.07: of a service only status, body and content type
    if (kind === 'service' && name !== 'content-type') continue;
    if (typeof value === 'string') flat.push(name, value);
    else for (const item of value) flat.push(name, item);
  }
  // H6.33
  if (kind === 'function' && headers['content-type'] === undefined) {
    flat.push('content-type', 'text/plain; charset=utf-8');
  }
  // a response to HEAD has the length of the body that it does not have
  const length = headers['content-length'];
  if (request.method === 'HEAD' && body.length === 0 && typeof length === 'string') {
    flat.push('content-length', length);
  }
  return flat;
}

/** Headers of the backend's connection, not of its response. */
const NOT_PASSED_ON = new Set([
  ...HOP_BY_HOP_HEADERS,
  'proxy-authenticate',
  'proxy-connection',
  'trailers',
  // the gateway's own
  'apigw-requestid',
]);

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

function responseSubject(event: ApiEvent, { headers, body }: BackendResponse): MappingSubject {
  const context = httpContext(event);
  return {
    header: (name) => [headers[name] ?? []].flat(),
    body: new MappedBody(body),
    querystring: () => [],
    path: undefined,
    pathParameters: NO_PARAMETERS,
    context: (name) => (Object.hasOwn(context, name) ? context[name] : undefined),
    stageVariables: event.stageVariables,
  };
}
