import { type ConnectionFacts, type EventFacts } from '../../mapping/context-variables.js';
import { type DeployedIntegration, functionOf } from '../../control/snapshot.js';
import { render } from '../../vtl/render.js';
import { type AwsRequest, awsRequest } from '../../integrations/aws-request.js';
import { type LambdaRequest } from '../../integrations/call-lambda.js';
import { toBinary } from './content-handling.js';
import { proxyEvent } from './lambda-event.js';
import { fillStageVariables, mapParameters, type MappedParameters } from './map-parameters.js';
import { MappingFailedError } from './mapping-failed.js';
import { readMockStatus } from './mock-status.js';
import { selectTemplate } from './select-template.js';
import { type Message } from './select-route.js';
import { httpHeaders, proxyHeaders } from './standard-headers.js';
import { templateScope } from './template-scope.js';

/** The HTTP request that a client sent to be connected. */
export interface Handshake {
  /** Path and query, undecoded. */
  readonly target: string;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
  readonly header: ReadonlyMap<string, readonly string[]>;
  readonly querystring: ReadonlyMap<string, readonly string[]>;
}

/** What is on its way to a route. */
export interface RouteEvent {
  readonly connection: ConnectionFacts;
  readonly facts: EventFacts;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly handshake?: Handshake;
  readonly message?: Message;
}

/** What goes to the integration. */
export type IntegrationRequest = HttpRequest | LambdaRequest | AwsRequest | MockRequest;

export interface HttpRequest {
  readonly kind: 'http';
  readonly method: string;
  readonly url: URL;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  /** Id of the VPC link that leads there; `undefined` for the Internet. */
  readonly vpcLinkId: string | undefined;
  readonly timeoutMs: number;
}

/** Nothing is called: the answer is this status, and empty. */
export interface MockRequest {
  readonly kind: 'mock';
  readonly status: number;
}

/**
 * @throws {MappingFailedError} the URI, with stage variables and path parameters filled in, leads nowhere; a mapped value
 *   cannot be sent as a header; a template's text is not what its integration takes
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
      if (functionName === undefined) throw new MappingFailedError(`'${uri}' is no Lambda function`);
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
      if (request === undefined)
        throw new MappingFailedError(`'${uri}' names no action or path of an AWS service`);
      return request;
    }
  }
  return integration.type satisfies never;
}

/** No template's key fits, and `PassthroughBehavior` does not let the message through as it is. */
export class UnsupportedMediaTypeError extends Error {
  override readonly name = 'UnsupportedMediaTypeError';
}

/** The body of a non-proxy integration. */
function mappedBody(
  { requestTemplates, passthrough }: DeployedIntegration,
  event: RouteEvent,
): string | undefined {
  const template = selectTemplate(requestTemplates, { body: event.message?.json });
  if (template !== undefined) return render(template, templateScope(event, event.message?.text ?? ''));
  const passes =
    passthrough === 'WHEN_NO_MATCH' ||
    (passthrough === 'WHEN_NO_TEMPLATES' && requestTemplates.byKey.size === 0);
  if (passes) return event.message?.text;
  throw new UnsupportedMediaTypeError(`no request template fits, and PassthroughBehavior is ${passthrough}`);
}

/** A frame is text already, so that only `CONVERT_TO_BINARY` changes anything. */
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
  if (!URL.canParse(uri)) throw new MappingFailedError(`'${uri}' is no URL`);
  const url = new URL(uri);
  if (query.length > 0) url.search = [url.search.slice(1), ...query].filter((part) => part !== '').join('&');
  const mapped = new Set(headers.map(([name]) => name.toLowerCase()));
  return {
    kind: 'http',
    method: sentMethod(integration),
    url,
    headers: [
      // where AWS is silent: a mapped header takes the place of one that the client sent
      ...standardHeaders(event, url.host).filter(([name]) => !mapped.has(name.toLowerCase())),
      ...headers,
    ].flat(),
    body,
    vpcLinkId: integration.vpcLinkId && fillStageVariables(integration.vpcLinkId, event.stageVariables),
    timeoutMs: integration.timeoutMs,
  };
}

/** A frame has no method of its own. */
const sentMethod = ({ method }: DeployedIntegration) => (method === 'ANY' ? 'POST' : method);
