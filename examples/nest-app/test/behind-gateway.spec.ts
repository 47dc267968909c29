import { once } from 'node:events';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { startGateway, type RunningGateway } from 'backchannel-gateway';
import { startBehindGateway } from 'backchannel-nest/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuctionStack } from '../cdk/auction-stack.js';
import { AppModule } from '../src/app.module.js';
import { tokenOf } from './token.js';

let app: NestFastifyApplication;
let gateway: RunningGateway;

/** Behind the API of the stack, as it is deployed to AWS. */
beforeAll(async () => {
  const template = Template.fromStack(new AuctionStack(new App(), 'Auction'));
  const [loadBalancer] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
  const secrets = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
  const secret = secrets.find((id) => id.startsWith('GatewaySecret'));
  const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  gateway = await startBehindGateway(app, ({ targets }) =>
    startGateway({
      template: template.toJSON() as { Resources: object },
      targets: { [loadBalancer!]: targets.LoadBalancer },
      parameters: {
        [`resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:000000000000:secret:${secret}:SecretString:::`]:
          process.env.GATEWAY_SECRET!,
      },
    }),
  );
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await app?.close();
});

/** Opens a socket. Rejects if the handshake is refused. */
async function connect(user: string): Promise<WebSocket> {
  const socket = new WebSocket(`${gateway.webSocketUrl()}?token=${await tokenOf(user)}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('the handshake failed'));
  });
  return socket;
}

async function reply(socket: WebSocket, message: object): Promise<unknown> {
  const received = once(socket, 'message');
  socket.send(JSON.stringify(message));
  const [{ data }] = await received;
  return JSON.parse(data);
}

test('a bidder joins and bids on a real socket', async () => {
  const alice = await connect('alice');
  expect(await reply(alice, { action: 'join', channel: 'lot:1' })).toMatchObject({ type: 'joined' });
  expect(await reply(alice, { action: 'bid', lot: 1, price: 30 })).toMatchObject({
    type: 'message',
    data: { event: 'bid', price: 30, bidder: 'alice' },
  });
});

test('an unknown user gets 403, and no connection', async () => {
  await expect(connect('mallory')).rejects.toThrow('the handshake failed');
  const { outcome } = await gateway.waitFor(
    ({ type, outcome }) => type === 'handshake' && outcome.status === 403,
  );
  expect(outcome.status).toBe(403);
});

test('a connection without messages is closed after ten minutes, and the auction is notified', async () => {
  const bob = await connect('bob');
  const closed = once(bob, 'close');
  gateway.clock.advance('10m');
  const [{ code }] = await closed;
  expect(code).toBe(1001);
  const { outcome } = await gateway.waitFor({ type: 'close' });
  expect(outcome.status).toBe(200);
});
