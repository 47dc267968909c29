import { functionOf } from '../../control/snapshot.js';
import {
  type HttpIntegration,
  type PrivateIntegration,
  type UrlIntegration,
} from '../../control/http-snapshot.js';
import {
  type AwsRequest,
  type ForwardRequest,
  type LambdaRequest,
} from '../../integrations/integration-request.js';
import { requireStageVariables } from '../../mapping/stage-variables.js';
import { joinPaths, joinQueries, privateHost } from '../../silent/http-choices.js';
import { type ApiEvent } from '../api-event.js';
import { encodePath } from './encode-path.js';
import { forwardedHeaders } from './forwarded-headers.js';
import { functionEvent } from './function-event.js';
import { mapHttpRequest } from './map-http-request.js';
import { serviceRequest } from './service-request.js';
import { fillTemplate, urlTemplate } from './url-template.js';

/** A request to a private target, whose address is found when it is sent. */
export interface PrivateRequest {
  readonly kind: 'private';
  /** ARN of the listener or service, and id of the VPC link, stage variables filled in. */
  readonly uri: string;
  readonly vpcLinkId: string;
  /** The request without its origin. */
  readonly request: Omit<ForwardRequest, 'origin'>;
  readonly scheme: 'http' | 'https';
}

export type IntegrationCall = ForwardRequest | PrivateRequest | LambdaRequest | AwsRequest;

/**
 * The request of an integration.
 *
 * @throws {MappingError} a mapped value cannot be sent; a parameter of an action has no value; a stage variable of the URI is missing, or it is no URL with them
 */
export function integrationCall(integration: HttpIntegration, event: ApiEvent): IntegrationCall {
  switch (integration.kind) {
    case 'url':
      return urlRequest(integration, event);
    case 'private':
      return privateRequest(integration, event);
    case 'function': {
      const { uri, payloadFormatVersion, timeoutMs } = integration;
      const filled = requireStageVariables(uri, event.stageVariables);
      return {
        kind: 'lambda',
        functionName: functionOf(filled) ?? filled,
        payload: functionEvent(integration, event),
        isProxy: true,
        ...(payloadFormatVersion === '2.0' && { payloadFormat: payloadFormatVersion }),
        timeoutMs,
      };
    }
    case 'service':
      return serviceRequest(integration, event);
    default:
      return integration satisfies never;
  }
}

/** A request over the Internet (H4). */
function urlRequest(integration: UrlIntegration, event: ApiEvent): ForwardRequest {
  const { request, route, pathParameters } = event;
  const template = urlTemplate(integration, event.stageVariables);
  const mapped = mapHttpRequest(integration, event, {
    headers: forwardedHeaders(request, template.host),
    queryString: joinQueries(fillTemplate(template.query, pathParameters), request.queryString),
  });
  const ofUri = fillTemplate(template.path, pathParameters);
  // H4.03: only behind $default the client's path follows that of the URI
  const path = route.pattern === undefined ? joinPaths(ofUri, encodePath(event.routePath)) : ofUri;
  return {
    kind: 'forward',
    origin: template.origin,
    method: sentMethod(integration, event),
    path: target(mapped.path, path, mapped.queryString),
    headers: mapped.headers,
    body: event.body,
    vpcLinkId: undefined,
    serverName: template.serverName,
    timeoutMs: integration.timeoutMs,
  };
}

/** A request through a VPC link (H5): its path contains the stage, as the client sent it (H5.05). */
function privateRequest(integration: PrivateIntegration, event: ApiEvent): PrivateRequest {
  const { request, stageVariables } = event;
  const { tls, timeoutMs } = integration;
  const mapped = mapHttpRequest(integration, event, {
    headers: forwardedHeaders(request, privateHost(request.host)),
    queryString: request.queryString,
  });
  const vpcLinkId = requireStageVariables(integration.vpcLinkId, stageVariables);
  return {
    kind: 'private',
    uri: requireStageVariables(integration.uri, stageVariables),
    vpcLinkId,
    // H5.03: the listener's own protocol does not decide
    scheme: tls === undefined ? 'http' : 'https',
    request: {
      kind: 'forward',
      method: sentMethod(integration, event),
      path: target(mapped.path, encodePath(request.path), mapped.queryString),
      headers: mapped.headers,
      body: event.body,
      vpcLinkId,
      serverName: tls?.serverNameToVerify,
      timeoutMs,
    },
  };
}

const sentMethod = ({ method }: UrlIntegration | PrivateIntegration, { request }: ApiEvent) =>
  method === 'ANY' ? request.method : method;

/** @param overwritten the value of `overwrite:path`, which replaces the whole path (H8.18) */
function target(overwritten: string | undefined, path: string, queryString: string): string {
  const sent = overwritten === undefined ? path : encodePath(overwritten);
  const rooted = sent.startsWith('/') ? sent : `/${sent}`;
  return queryString === '' ? rooted : `${rooted}?${queryString}`;
}
