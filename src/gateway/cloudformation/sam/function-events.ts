import { type Dictionary, type Node } from '../document.js';
import { type Part } from '../build-node.js';
import { ANY_METHOD, normalMethod } from './definition-editor.js';
import { type HttpApi } from './http-api.js';
import { property, type SamReader } from './sam-reader.js';
import { type Added, permission, type SamResource } from './sam-resource.js';

/** The logical id of the API that SAM adds for events without one. */
export const IMPLICIT_API = 'ServerlessHttpApi';

/** One event of a function, by which a route invokes it. */
interface HttpApiEvent {
  readonly id: string;
  readonly at: Node;
  readonly properties: Dictionary | undefined;
}

/** The route that an event has become. */
interface EventRoute {
  readonly eventId: string;
  readonly apiId: string;
  readonly api: HttpApi;
  readonly path: string;
  readonly method: string;
}

/**
 * Adds the routes of a function's `HttpApi` events to their APIs.
 *
 * @param apiOf the API of a logical id
 * @returns the permissions of the routes
 * @throws {CloudFormationError} an event that SAM refuses
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-httpapi.html
 */
export function addFunctionEvents(
  reader: SamReader,
  resource: SamResource,
  apiOf: (logicalId: string) => HttpApi | undefined,
): readonly Added[] {
  const routes = eventsOf(reader, resource, 'HttpApi').map((event) =>
    addEvent(reader, resource, event, apiOf),
  );
  return routes.flatMap((route) => {
    // the permission of $default holds for all routes
    const isCovered =
      route.path !== '$default' && route.api.editor.invokes('$default', ANY_METHOD, resource.logicalId);
    return isCovered ? [] : [routePermission(resource, route)];
  });
}

/** The events of a type. */
export function eventsOf(reader: SamReader, resource: SamResource, type: string): readonly HttpApiEvent[] {
  const events = reader.dictionary(property(resource.properties, 'Events'), 'Events');
  return [...(events?.entries ?? [])].flatMap(([id, { value }]) => {
    const event = reader.dictionary(value, `Events.${id}`);
    if (event === undefined || reader.text(property(event, 'Type')) !== type) return [];
    return [{ id, at: value, properties: reader.dictionary(property(event, 'Properties'), 'Properties') }];
  });
}

/** The logical id of the API of an event. */
export function apiIdOf(reader: SamReader, { properties }: HttpApiEvent): string {
  const node = reader.branch(property(properties, 'ApiId'));
  if (node === undefined) return IMPLICIT_API;
  const isReference = node.kind === 'call' && node.name === 'Ref' && node.argument.kind === 'scalar';
  return isReference && node.argument.kind === 'scalar'
    ? String(node.argument.value)
    : reader.stack.text(node);
}

function addEvent(
  reader: SamReader,
  resource: SamResource,
  event: HttpApiEvent,
  apiOf: (logicalId: string) => HttpApi | undefined,
): EventRoute {
  const apiId = apiIdOf(reader, event);
  const api = apiOf(apiId);
  const fail = (reason: string) =>
    reader.stack.error(event.at, `${resource.logicalId}, event ${event.id}: ${reason}`);
  if (api === undefined) {
    throw fail(`ApiId must be a valid reference to an 'AWS::Serverless::HttpApi' resource in same template.`);
  }
  const own = (name: string) => reader.branch(property(event.properties, name));
  const { path, method } = placeOf(reader, event, fail);
  if (api.isManaged && api.editor.hasIntegration(path, method)) {
    throw fail(`API method '${method}' defined multiple times for path '${path}'.`);
  }
  const { editor } = api;
  editor.addFunction(path, method, functionUri(reader, resource));
  const auth = reader.dictionary(own('Auth'), 'Auth');
  if (auth !== undefined) editor.addSecurity(path, method, api.auth.requirement(auth));
  const timeout = own('TimeoutInMillis');
  if (timeout !== undefined) editor.setIntegration(path, method, 'timeoutInMillis', timeout);
  editor.declarePathParameters(path, method);
  const version = own('PayloadFormatVersion');
  if (version !== undefined) editor.setIntegration(path, method, 'payloadFormatVersion', version);
  const settings = own('RouteSettings');
  if (settings !== undefined) {
    api.addRouteSettings(method === ANY_METHOD ? path : `${method.toUpperCase()} ${path}`, settings);
  }
  return { eventId: event.id, apiId, api, path, method };
}

function placeOf(reader: SamReader, { properties }: HttpApiEvent, fail: (reason: string) => Error) {
  const path = reader.text(property(properties, 'Path'));
  const method = reader.text(property(properties, 'Method'));
  if (path === undefined && method === undefined) return { path: '$default', method: ANY_METHOD };
  if (path === undefined) throw fail('Path is missing');
  if (method === undefined) throw fail('Method is missing');
  return { path, method: normalMethod(method) };
}

function functionUri(reader: SamReader, { logicalId, properties }: SamResource): Part {
  const alias = reader.text(property(properties, 'AutoPublishAlias'));
  const qualifier = alias === undefined ? '' : `:${alias}`;
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${logicalId}.Arn}${qualifier}/invocations`,
  };
}

function routePermission(resource: SamResource, { eventId, apiId, path, method }: EventRoute): Added {
  const text = path === '$default' ? '' : path.replace(/^(.+)\/$/, '$1').replace(/\{[^}]*\}/g, '*');
  const verb = method === ANY_METHOD ? '*' : method.toUpperCase();
  return permission(
    resource,
    `${resource.logicalId}${eventId}Permission`,
    { Ref: resource.logicalId },
    {
      'Fn::Sub': [
        `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/\${__Stage__}/${path === '/$default' && verb === '*' ? '$default' : `${verb}${text}`}`,
        { __ApiId__: { Ref: apiId }, __Stage__: '*' },
      ],
    },
  );
}
