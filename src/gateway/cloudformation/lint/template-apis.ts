import { type Resource } from '../template.js';
import { type Subject } from './subject.js';

/** A WebSocket API of a template, with its resources. */
export interface LintedApi {
  /** Its logical id, or its id if it is of another template. */
  readonly id: string;
  readonly routes: readonly LintedRoute[];
  readonly integrations: readonly LintedIntegration[];
  readonly authorizers: readonly Resource[];
  readonly deployments: readonly Resource[];
  readonly stages: readonly Resource[];
  readonly routeResponses: readonly Resource[];
  readonly integrationResponses: readonly Resource[];
}

export interface LintedRoute {
  readonly resource: Resource;
  readonly key: string;
}

export interface LintedIntegration {
  readonly resource: Resource;
  /** The routes whose target it is. */
  readonly routes: readonly LintedRoute[];
}

/** The WebSocket APIs of a template, without its HTTP APIs. */
export function webSocketApis(subject: Subject): readonly LintedApi[] {
  const ids = new Set(
    subject.resources().flatMap((resource) => {
      if (!resource.type.startsWith('AWS::ApiGatewayV2::')) return [];
      const id = resource.type === API ? resource.logicalId : subject.text(resource, 'ApiId');
      return id === undefined ? [] : [id];
    }),
  );
  return [...ids].filter((id) => isWebSocket(subject, id)).map((id) => readApi(subject, id));
}

const API = 'AWS::ApiGatewayV2::Api';

function readApi(subject: Subject, id: string): LintedApi {
  const ofApi = (type: string) =>
    subject
      .resources(`AWS::ApiGatewayV2::${type}`)
      .filter((resource) => subject.text(resource, 'ApiId') === id);
  const routes = ofApi('Route').map((resource) => ({
    resource,
    key: subject.text(resource, 'RouteKey') ?? '',
  }));
  return {
    id,
    routes,
    integrations: ofApi('Integration').map((resource) => ({
      resource,
      routes: routes.filter((route) => target(subject, route.resource) === resource.logicalId),
    })),
    authorizers: ofApi('Authorizer'),
    deployments: ofApi('Deployment'),
    stages: ofApi('Stage'),
    routeResponses: ofApi('RouteResponse'),
    integrationResponses: ofApi('IntegrationResponse'),
  };
}

const target = (subject: Subject, route: Resource) =>
  subject.text(route, 'Target')?.match(/^integrations\/(.+)$/)?.[1];

/** An API of another template is judged by its routes: those of an HTTP API are `$default` or `GET /path`. */
function isWebSocket(subject: Subject, id: string): boolean {
  const api = subject.template.resources.get(id);
  if (api?.type === API) return subject.text(api, 'ProtocolType') !== 'HTTP' && !api.properties.has('Body');
  return subject
    .resources('AWS::ApiGatewayV2::Route')
    .filter((route) => subject.text(route, 'ApiId') === id)
    .map((route) => subject.text(route, 'RouteKey') ?? '')
    .some((key) => key !== '$default' && !/^[A-Z]+ \//.test(key));
}
