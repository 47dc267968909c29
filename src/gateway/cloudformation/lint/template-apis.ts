import { type Resource } from '../template.js';
import { type Subject } from './subject.js';

/** An API of a template, with its resources. */
export interface LintedApi {
  /** Its logical id, or its id if it is of another template. */
  readonly id: string;
  /** Absent when another template has it. */
  readonly api: Resource | undefined;
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

/** The WebSocket APIs of a template. */
export const webSocketApis = (subject: Subject): readonly LintedApi[] =>
  apiIds(subject)
    .filter((id) => protocolOf(subject, id) === 'WEBSOCKET')
    .map((id) => readApi(subject, id));

/** Whether an OpenAPI definition describes the API. */
const isDefined = ({ properties }: Resource) => properties.has('Body') || properties.has('BodyS3Location');

/** The HTTP APIs of a template; those that an OpenAPI definition describes have no routes here. */
export const httpApis = (subject: Subject): readonly LintedApi[] =>
  apiIds(subject)
    .filter((id) => protocolOf(subject, id) === 'HTTP')
    .map((id) => readApi(subject, id));

function apiIds(subject: Subject): readonly string[] {
  const ids = new Set(
    subject.resources().flatMap((resource) => {
      if (!resource.type.startsWith('AWS::ApiGatewayV2::')) return [];
      const id = resource.type === API ? resource.logicalId : subject.text(resource, 'ApiId');
      return id === undefined ? [] : [id];
    }),
  );
  return [...ids];
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
  const api = subject.template.resources.get(id);
  return {
    id,
    api: api?.type === API ? api : undefined,
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

/**
 * An API of another template is judged by its routes: those of an HTTP API are `$default` or `GET /path`.
 *
 * @returns `undefined` for an API whose routes do not show it
 */
function protocolOf(subject: Subject, id: string): 'WEBSOCKET' | 'HTTP' | undefined {
  const api = subject.template.resources.get(id);
  if (api?.type === API) {
    if (isDefined(api)) return 'HTTP';
    return subject.text(api, 'ProtocolType') === 'HTTP' ? 'HTTP' : 'WEBSOCKET';
  }
  const keys = subject
    .resources('AWS::ApiGatewayV2::Route')
    .filter((route) => subject.text(route, 'ApiId') === id)
    .map((route) => subject.text(route, 'RouteKey') ?? '')
    .filter((key) => key !== '$default');
  if (keys.length === 0) return undefined;
  return keys.some((key) => !/^[A-Z]+ \//.test(key)) ? 'WEBSOCKET' : 'HTTP';
}
