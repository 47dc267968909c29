import { ControlPlane } from '../../control/control-plane.js';
import { type HttpIntegration, type HttpRoute } from '../../control/http-snapshot.js';
import { integrationId } from '../../control/snapshot.js';
import { type ApiEvent } from '../../http/api-event.js';
import { type ApiRequest } from '../../http/api-request.js';
import { preflightResponse } from '../../http/steps/cors.js';
import { integrationCall, type IntegrationCall } from '../../http/steps/integration-call.js';
import { requestSubject } from '../../http/steps/map-http-request.js';
import { routerOf } from '../../http/steps/router.js';
import { selectStage } from '../../http/steps/select-stage.js';
import { newRequestId } from '../../ids.js';
import { targetNames } from '../../integrations/target-names.js';
import { mappedValue } from '../../mapping/mapped-value.js';
import { decodePath } from '../../silent/http-choices.js';
import { UsageError } from '../../usage-error.js';
import { type LoadOptions } from '../load-template.js';
import {
  chooseApi,
  type ExplainedTemplates,
  type Explanation,
  loadExplained,
  type Names,
  notSent,
  resourceName,
  sent,
} from './explanation.js';
import { printRequest } from './print-request.js';
import { authorizationText, sampleAuthorizer } from './sample-authorizer.js';
import { type ClientInput } from './sample-event.js';

export interface ExplainHttpOptions extends ExplainedTemplates, Omit<ClientInput, 'query'> {
  /** The client's request: `GET /books?x=1`. The path may begin with a stage's name. */
  readonly request: string;
  /** Logical id; required when the template has several HTTP APIs. */
  readonly api?: string | undefined;
}

/** A request to an API of a control plane. */
export interface ApiOptions extends Omit<ClientInput, 'query'>, Pick<LoadOptions, 'region' | 'accountId'> {
  readonly apiId: string;
  /** For texts. */
  readonly name: string;
  readonly request: string;
}

/**
 * The request or the event that an integration of an HTTP API would receive, by the gateway's own steps. The client's
 * address is a placeholder.
 *
 * @throws {CloudFormationError} the template cannot be loaded
 * @throws {UsageError} no such API, or no valid request
 */
export function explainHttp(text: string, options: ExplainHttpOptions): Explanation {
  const now = Date.now();
  const { region, accountId } = options;
  const plane = new ControlPlane({ region, accountId, now: () => now });
  const report = loadExplained(plane, { ...options, text }, options);
  const { apiId, logicalId } = chooseApi(plane, report, 'HTTP', options.api);
  return explainApi(plane, report, { ...options, apiId, name: logicalId });
}

/**
 * The same for an API of a control plane.
 *
 * @param names of its resources
 * @throws {UsageError} no valid request
 */
export function explainApi(plane: ControlPlane, names: Names, options: ApiOptions): Explanation {
  const { apiId, name, region, accountId } = options;
  const now = Date.now();
  const request = sampleRequest(apiId, options, now);
  const selection = selectStage(plane, request);
  const snapshot = selection?.stage.snapshot;
  if (selection === undefined || snapshot === undefined) {
    return notSent([], `the response is 404: ${name} has no deployed stage for ${request.path}`);
  }
  const about = snapshot.isExecuteApiEndpointDisabled
    ? [`${name} is reached by its custom domain names only (DisableExecuteApiEndpoint)`]
    : [];
  const match = routerOf(snapshot).select(request.method, selection.routePath);
  if (match === undefined) {
    const isPreflight = preflightResponse(snapshot.cors, request) !== undefined;
    const reason = isPreflight
      ? 'the gateway itself responds to the preflight, by the CorsConfiguration'
      : `the response is 404: no route of stage ${selection.name} matches ${request.method} ${selection.routePath}`;
    return notSent(about, reason);
  }
  const event: ApiEvent = {
    request,
    region,
    accountId,
    stage: selection.name,
    stageVariables: selection.stage.stageVariables,
    routePath: selection.routePath,
    route: match.route,
    pathParameters: match.pathParameters,
    body: options.body ? Buffer.from(options.body) : undefined,
    authorized: options.context ?? {},
    authorizer: sampleAuthorizer(match.route.authorization, options.context ?? {}),
  };
  return explainEvent(plane, names, event, about);
}

function explainEvent(
  plane: ControlPlane,
  names: Names,
  event: ApiEvent,
  aboutApi: readonly string[],
): Explanation {
  const { routeKey, authorization, integration } = event.route;
  const route = `route ${routeKey} of stage ${event.stage}`;
  if (integration === undefined) return notSent([...aboutApi, route], 'the route has no integration');
  const about = [
    ...aboutApi,
    `${route} → ${integrationName(plane, names, event)}`,
    ...authorizationText(authorization),
    `the client is a placeholder: ${event.request.sourceIp}`,
    ...unfilled(plane, integration, event),
  ];
  try {
    const call = integrationCall(integration, event);
    return sent([...about, ...destination(names, call)], print(call));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return notSent(about, `nothing is sent: ${error.message}`);
  }
}

function sampleRequest(apiId: string, options: ApiOptions, now: number): ApiRequest {
  const { request, region, headers = [] } = options;
  const [, method, encodedPath = '', queryString = ''] =
    request.match(/^([A-Z]+) (\/[^?#\s]*)(?:\?([^#\s]*))?$/) ?? [];
  const path = decodePath(encodedPath);
  if (method === undefined || path === undefined) {
    throw new UsageError(
      `--request is '${request}': it must be 'METHOD /path?query', such as 'GET /books?x=1'`,
    );
  }
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const ownHost = `${apiId}.execute-api.${region}.amazonaws.com`;
  return {
    apiId,
    method,
    target: request.slice(method.length + 1),
    path,
    queryString,
    rawHeaders: [...(host === undefined ? ['Host', ownHost] : []), ...headers.flat()],
    host: host ?? ownHost,
    customDomain: undefined,
    // reserved for documentation (RFC 5737)
    sourceIp: '203.0.113.1',
    userAgent: headers.find(([name]) => name.toLowerCase() === 'user-agent')?.[1],
    requestId: newRequestId(),
    requestTime: now,
  };
}

const print = (call: IntegrationCall) =>
  printRequest(call.kind === 'private' ? { ...call.request, origin: '' } : call);

function destination(names: Names, call: IntegrationCall): readonly string[] {
  switch (call.kind) {
    case 'lambda':
      return [];
    case 'forward':
      return [`sent to ${call.origin}`];
    case 'aws':
      return [`sent to ${call.service} in ${call.region}; here to --endpoint-for ${call.service}=URL`];
    case 'private': {
      const name = targetNames(call.uri).find((each) => !each.startsWith('arn:')) ?? call.uri;
      const tls = call.scheme === 'https' ? `, by TLS for ${call.request.serverName ?? 'its Host'}` : '';
      const [, filters] = call.uri.split('?');
      const address = filters === undefined ? `${name}=HOST:PORT` : `'${name}=HOST:PORT?${filters}'`;
      return [
        `sent through the VPC link ${resourceName(names, call.vpcLinkId)} to ${call.uri}${tls}; here to --target ${address}`,
      ];
    }
    default:
      return call satisfies never;
  }
}

function integrationName(plane: ControlPlane, names: Names, event: ApiEvent): string {
  const integration = integrationOf(plane, event.request.apiId, event.route);
  return integration === undefined
    ? 'its integration'
    : `${resourceName(names, integration.IntegrationId)} (${integration.IntegrationType})`;
}

function integrationOf(plane: ControlPlane, apiId: string, { routeKey }: HttpRoute) {
  const resources = plane.httpApis().find(({ api }) => api.ApiId === apiId);
  const route = resources?.routes.values().find(({ RouteKey }) => RouteKey === routeKey);
  return resources?.integrations.get(integrationId(route?.Target) ?? '');
}

/** One line for each mapping that changes nothing, because its source has no value. */
function unfilled(plane: ControlPlane, integration: HttpIntegration, event: ApiEvent): readonly string[] {
  const subject = requestSubject(event);
  const { RequestParameters = {} } = integrationOf(plane, event.request.apiId, event.route) ?? {};
  const texts = Object.entries(RequestParameters);
  return integration.requestParameters.flatMap((mapping, index) => {
    if (mapping.operation === 'remove' || mappedValue(mapping.value, subject) !== undefined) return [];
    const [key, text] = texts[index] ?? [];
    const [source] = mapping.value;
    const isAuthorizer =
      typeof source === 'object' && source.kind === 'context' && source.name.startsWith('authorizer.');
    const reason = isAuthorizer
      ? `no authorizer runs here; set --context ${source.name}=VALUE`
      : 'the request has no such value';
    return [`without effect: ${key} ← ${text}: ${reason}`];
  });
}
