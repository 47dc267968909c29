import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { expect, it, onTestFinished } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/index.js';
import {
  BackchannelModule,
  type BackchannelOptions,
  Caller,
  Message,
  OnMessage,
} from '../../../src/nest/index.js';
import { startBehindGateway } from '../../../src/nest/testing/index.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

@Injectable()
class Chat {
  @OnMessage('say')
  say(@Message() { text }: { readonly text: string }, @Caller() { userId }: Caller) {
    return { type: 'said', text, by: userId };
  }
}

@Module({ providers: [Chat] })
class ChatModule {}

/** An application with an endpoint on AWS and without AWS credentials, behind a gateway. */
async function gatewayInFront(
  options: Partial<BackchannelOptions>,
  start: Parameters<typeof startBehindGateway<RunningGateway>>[1] = startGateway,
): Promise<RunningGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  const settings: BackchannelOptions = {
    wsApiEndpoint: 'https://abcdef1234.execute-api.eu-central-1.amazonaws.com/prod',
    gatewaySecret: 'a-secret-of-this-test-with-32-characters',
    logLevel: 'silent',
    path: '/ws',
    store: { kind: 'embedded', dataDir },
    ...options,
  };
  const testing = await Test.createTestingModule({
    imports: [BackchannelModule.forRoot(settings), ChatModule],
  }).compile();
  const app = testing.createNestApplication(new FastifyAdapter());
  const gateway = await startBehindGateway(app, start);
  onTestFinished(async () => {
    await gateway.close();
    await app.close();
    await rm(dataDir, { recursive: true });
  });
  return gateway;
}

it.each(['callback', 'response'] as const)(
  'carries a frame to the handler and its reply back by %s',
  async (replies) => {
    const gateway = await gatewayInFront({ replies });
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    client.send({ action: 'say', text: 'hello', id: 1 });
    expect(await client.next()).toEqual({ type: 'said', text: 'hello', id: 1 });
    gateway.clock.advance('10m');
    expect(await client.closed).toMatchObject({ code: 1001 });
    const { outcome } = await gateway.waitFor({ type: 'close' });
    expect(outcome).toMatchObject({ status: 200 });
  },
);

it('asks an authorizer that the test gives', async () => {
  const gateway = await gatewayInFront({ authentication: { kind: 'authorizer' } }, (options) =>
    startGateway({
      ...options,
      functions: {
        authorizer: ({ methodArn, queryStringParameters }: AuthorizerEvent) => ({
          principalId: queryStringParameters.user,
          policyDocument: {
            Version: '2012-10-17',
            Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
          },
        }),
      },
    }),
  );
  using client = await WebSocketClient.open(`${gateway.webSocketUrl()}?user=ann`);
  client.send({ action: 'say', text: 'hello' });
  expect(await client.next()).toEqual({ type: 'said', text: 'hello', by: 'ann' });
});

interface AuthorizerEvent {
  readonly methodArn: string;
  readonly queryStringParameters: { readonly user: string };
}
