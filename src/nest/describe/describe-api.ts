import { type DynamicModule, type Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import { apiTemplate, type ApiTemplate, type TemplateValues } from '../../api/api-template.js';
import {
  type ApplicationValues,
  type DeploymentValues,
  type WebSocketApi,
  webSocketApi,
} from '../../api/definition.js';
import { decoratedMethods } from '../handlers/decorated-methods.js';
import { BuiltInActions } from '../messages/built-in-actions.js';
import { type HandledMessages, HANDLED_MESSAGES } from '../messages/handler-decorators.js';
import { asyncApi } from './async-api.js';
import { type AsyncApiDocument } from './async-api-document.js';
import { type Authentication } from './async-api-server.js';
import { scanModules } from './scan-modules.js';

/** What the modules do not say. */
export interface DescribeOptions extends ApplicationValues {
  /** How the application sends replies: with `response`, `$default` is two-way. Default `callback`. */
  readonly replies?: 'callback' | 'response';
  /** For the AsyncAPI document: default, the document says nothing about it. */
  readonly authentication?: Authentication;
  /** For the AsyncAPI document: whether other backends can send. Default `true` if there are channels. */
  readonly hasBackendApi?: boolean;
  /** For the AsyncAPI document: where clients connect, `wss://HOST/STAGE`. Default API Gateway's own host name. */
  readonly serverUrl?: string;
  /** Title of the AsyncAPI document. Default `WebSocket API`. */
  readonly title?: string;
  /** Version of the application, for the AsyncAPI document. Default `1`. */
  readonly version?: string;
}

/** What an application needs of API Gateway, and what its clients can send and receive. */
export interface ApiDescription extends ApplicationValues {
  /** The actions that have a handler. All of them arrive through the route `$default`. */
  readonly actions: readonly string[];
  /** Whether messages of any other action, and frames that are not JSON, have a handler, too. */
  readonly handlesOtherMessages: boolean;
  /** Every message: plain data, to be written as JSON. */
  readonly asyncApi: AsyncApiDocument;
  /**
   * The WebSocket API with its routes, integrations and request parameters, in AWS's field names: for `addRoutes` of
   * `backchannel-cdk`, or any other tool.
   */
  webSocketApi(values: EnvironmentValues): WebSocketApi;
  /** The same as a CloudFormation template: for `startGateway` of `backchannel-gateway`, or for AWS. */
  template(values?: TemplateOptions): ApiTemplate;
}

/** What is different in each environment. */
export type EnvironmentValues = Omit<DeploymentValues, keyof ApplicationValues | 'replies'>;

export interface TemplateOptions extends TemplateValues, Partial<Pick<EnvironmentValues, 'gatewaySecret'>> {
  /** DNS name of the load balancer, as `http://HOST[:PORT]`. Default `http://service`. */
  readonly serviceUrl?: string;
}

/**
 * Describes the API of an application by its modules and their decorators. It creates no instance of a provider, opens no
 * store and listens nowhere, so that it can be called in a CDK app and in a script.
 *
 * @param module the root module of the application
 * @throws {Error} two methods handle one action, the path is not one, or Nest cannot read the modules
 */
export async function describeApi(
  module: Type | DynamicModule,
  options: DescribeOptions = {},
): Promise<ApiDescription> {
  const { path, connectHeaders, replies, title = 'WebSocket API', version = '1' } = options;
  checkPath(path);
  const scanner = new MetadataScanner();
  const providers = await scanModules(module);
  const handlers = uniqueHandlers(
    providers.flatMap((provider) =>
      decoratedMethods<HandledMessages>(provider, scanner, HANDLED_MESSAGES).map(({ method, metadata }) => ({
        ...metadata,
        name: `${provider.name}.${method}`,
      })),
    ),
  );
  const hasChannels = providers.some(({ metatype }) => metatype === BuiltInActions);
  const shape = { path, connectHeaders, ...(replies !== undefined && { replies }) };
  return {
    path,
    connectHeaders,
    actions: handlers.flatMap(({ action }) => action ?? []),
    handlesOtherMessages: handlers.some(({ action }) => action === undefined),
    asyncApi: asyncApi({
      handlers,
      hasChannels,
      hasBackendApi: options.hasBackendApi ?? hasChannels,
      title,
      version,
      serverUrl: options.serverUrl,
      authentication: options.authentication,
    }),
    webSocketApi: (values) => webSocketApi({ ...values, ...shape }),
    template({ serviceUrl = 'http://service', gatewaySecret = '-', ...rest } = {}) {
      const definition = webSocketApi({ serviceUrl, gatewaySecret, vpcLinkId: '', ...shape });
      return apiTemplate(definition, rest);
    },
  };
}

function checkPath(path: string | undefined): void {
  if (path === undefined || path === '' || /^(?:\/[\w.~-]+)+$/.test(path)) return;
  throw new Error(`path is '${path}': expected one that begins with / and does not end with it, such as /ws`);
}

/** @throws {Error} as the application's start would */
function uniqueHandlers<Handler extends { readonly action: string | undefined; readonly name: string }>(
  handlers: readonly Handler[],
): readonly Handler[] {
  const byAction = Map.groupBy(handlers, ({ action }) => action);
  for (const [action, [first, second]] of byAction) {
    if (second === undefined) continue;
    const messages = action === undefined ? 'the messages of no other handler' : `the action ${action}`;
    throw new Error(`${first!.name} and ${second.name} both handle ${messages}.`);
  }
  return handlers;
}
