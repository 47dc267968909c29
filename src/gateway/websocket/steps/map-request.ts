import { type DeployedIntegration, functionOf } from '../../control/snapshot.js';
import { awsRequest } from '../../integrations/aws-request.js';
import { type HttpRequest, type IntegrationRequest } from '../../integrations/integration-request.js';
import { fillStageVariables } from '../../mapping/stage-variables.js';
import { ANY_METHOD } from '../../silent/integration-choices.js';
import { render } from '../../vtl/render.js';
import { type RouteEvent } from '../route-event.js';
import { toBinary } from './content-handling.js';
import { proxyEvent } from './lambda-event.js';
import { mapParameters, type MappedParameters } from './map-parameters.js';
import { MappingError, UnsupportedMediaTypeError } from '../../mapping/mapping-errors.js';
import { readMockStatus } from './mock-status.js';
import { selectTemplate } from './select-template.js';
import { httpHeaders, proxyHeaders } from './standard-headers.js';
import { templateScope } from './template-scope.js';

/**
 * Maps an event to the request of its integration.
 *
 * @throws {MappingError} the URI, with stage variables and path parameters filled in, is not valid; a mapped value
 *   cannot be sent as a header; the integration cannot use the template's text
 * @throws {TemplateError}
 * @throws {UnsupportedMediaTypeError}
 */
export function mapRequest(integration: DeployedIntegration, event: RouteEvent): IntegrationRequest {
  const { message, stageVariables } = event;
  switch (integration.type) {
    case 'HTTP_PROXY': {
      const mapped = mapParameters(integration, event);
      return httpRequest(integration, event, mapped, proxyHeaders, converted(integration, message?.text));
    }
    case 'HTTP': {
      const mapped = mapParameters(integration, event);
      return httpRequest(
        integration,
        event,
        mapped,
        httpHeaders,
        converted(integration, mappedBody(integration, event)),
      );
    }
    case 'MOCK':
      return { kind: 'mock', status: readMockStatus(mappedBody(integration, event) ?? '') };
    case 'AWS_PROXY': {
      const uri = fillStageVariables(integration.uri, stageVariables);
      const functionName = functionOf(uri);
      if (functionName === undefined) throw new MappingError(`'${uri}' is not the URI of a Lambda function`);
      const payload = JSON.stringify(proxyEvent(event));
      return { kind: 'lambda', functionName, payload, isProxy: true, timeoutMs: integration.timeoutMs };
    }
    case 'AWS': {
      const { uri, query, headers } = mapParameters(integration, event);
      const request = awsRequest(uri, {
        method: sentMethod(integration),
        query,
        headers: headers.flat(),
        body: converted(integration, mappedBody(integration, event)),
        timeoutMs: integration.timeoutMs,
      });
      if (request === undefined) throw new MappingError(`'${uri}' names no action or path of an AWS service`);
      return request;
    }
  }
  return integration.type satisfies never;
}

/** The body of a non-proxy integration. */
function mappedBody(
  { requestTemplates, passthrough }: DeployedIntegration,
  event: RouteEvent,
): string | undefined {
  const template = selectTemplate(requestTemplates, { body: event.message?.json });
  if (template !== undefined) {
    const output = render(template, templateScope(event, event.message?.text ?? ''));
    event.story?.add({
      step: 'template',
      direction: 'request',
      key: template.key,
      output: event.story.body(output),
    });
    return output;
  }
  const passes =
    passthrough === 'WHEN_NO_MATCH' ||
    (passthrough === 'WHEN_NO_TEMPLATES' && requestTemplates.byKey.size === 0);
  if (passes) return event.message?.text;
  throw new UnsupportedMediaTypeError(
    `no request template matches, and PassthroughBehavior is ${passthrough}`,
  );
}

/** A frame is text: `CONVERT_TO_TEXT` has no effect. */
function converted(
  { contentHandling }: DeployedIntegration,
  body: string | undefined,
): string | Buffer | undefined {
  return body !== undefined && contentHandling === 'CONVERT_TO_BINARY' ? toBinary(body) : body;
}

function httpRequest(
  integration: DeployedIntegration,
  event: RouteEvent,
  { uri, query, headers }: MappedParameters,
  standardHeaders: typeof httpHeaders,
  body: string | Buffer | undefined,
): HttpRequest {
  if (!URL.canParse(uri)) throw new MappingError(`'${uri}' is not a URL`);
  const url = new URL(uri);
  if (query.length > 0) url.search = [url.search.slice(1), ...query].filter((part) => part !== '').join('&');
  return {
    kind: 'http',
    method: sentMethod(integration),
    url,
    headers: [...withoutMapped(standardHeaders(event, url.host), headers), ...headers].flat(),
    body,
    vpcLinkId: integration.vpcLinkId && fillStageVariables(integration.vpcLinkId, event.stageVariables),
    timeoutMs: integration.timeoutMs,
  };
}

const sentMethod = ({ method }: DeployedIntegration) => (method === 'ANY' ? ANY_METHOD : method);

type Headers = readonly (readonly [name: string, value: string])[];

/** C3: a mapped header replaces the one of that name that the client has sent. */
function withoutMapped(standard: Headers, mapped: Headers): Headers {
  const names = new Set(mapped.map(([name]) => name.toLowerCase()));
  return standard.filter(([name]) => !names.has(name.toLowerCase()));
}
