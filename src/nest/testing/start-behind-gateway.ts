import { type Server } from 'node:http';
import { type INestApplication } from '@nestjs/common';
import { CallbackObserver } from '../callback/callback-observer.js';
import { createCallbackCredentials } from '../callback/client/callback-credentials.js';
import { createConnectionsClient } from '../callback/client/create-connections-client.js';
import { type ApiTemplate } from '../../api/api-template.js';
import { gatewayTemplate } from './gateway-template.js';
import { configOf, divertCallbacks, needNoCredentials } from './application-parts.js';

/** The options for `startGateway` of backchannel-gateway. */
export interface GatewayOptions {
  readonly template: ApiTemplate;
  readonly targets: { readonly LoadBalancer: Server };
}

/** A gateway that `startGateway` of backchannel-gateway has started. */
export interface GatewayInFront {
  managementEndpoint(): string;
}

/**
 * Has the application listen on a free port of loopback, and puts a gateway in front of it: with the API that the
 * application's options imply, and the stage `dev`. The application's callbacks go to this gateway.
 *
 *     const gateway = await startBehindGateway(app, startGateway);
 *     const socket = new WebSocket(gateway.webSocketUrl());
 *
 * @param start `startGateway` of backchannel-gateway, or a function that calls it with more options. With
 *   `authentication: { kind: 'authorizer' }` they need `functions: { authorizer }`
 * @returns what `start` has returned; close it before the application
 */
export async function startBehindGateway<G extends GatewayInFront>(
  app: INestApplication,
  start: (options: GatewayOptions) => Promise<G>,
): Promise<G> {
  const config = configOf(app);
  needNoCredentials(app);
  await app.listen(0, '127.0.0.1');
  const LoadBalancer = app.getHttpServer() as Server;
  const gateway = await start({ template: gatewayTemplate(config), targets: { LoadBalancer } });
  const atGateway = Object.assign({}, config, { wsApiEndpoint: gateway.managementEndpoint() });
  const observer = app.get(CallbackObserver, { strict: false });
  const credentials = createCallbackCredentials(atGateway, observer);
  divertCallbacks(app, createConnectionsClient(atGateway, credentials, observer));
  return gateway;
}
