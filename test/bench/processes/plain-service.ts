// What one would write without Backchannel: Nest on Fastify, the SDK's client in a controller, and one Redis HSET for
// each message. No secret, checks, order, retries, log or metrics. `plain-service.ts WS_API_ENDPOINT REDIS_URL`
import 'reflect-metadata';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { Body, Controller, Headers, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createClient } from '@redis/client';

const [endpoint = '', url = ''] = process.argv.slice(2);
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'bench' });

const redis = createClient({ url });
await redis.connect();
const connections = new ApiGatewayManagementApiClient({ endpoint, region: 'us-east-1' });

interface Message {
  readonly action: string;
  readonly id: number;
}

class MessageController {
  async message({ action, id }: Message, connectionId: string): Promise<void> {
    await redis.hSet(`connection:${connectionId}`, 'lastActiveAt', Date.now());
    if (action !== 'ping') return;
    const reply = JSON.stringify({ type: 'pong', id });
    await connections.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: reply }));
  }
}
class PlainModule {
  readonly name = 'plain';
}
// applied as functions, because Node only strips types and does not compile decorators
const method = Object.getOwnPropertyDescriptor(MessageController.prototype, 'message')!;
Body()(MessageController.prototype, 'message', 0);
Headers('connectionid')(MessageController.prototype, 'message', 1);
HttpCode(200)(MessageController.prototype, 'message', method);
Post()(MessageController.prototype, 'message', method);
Controller('message')(MessageController);
Module({ controllers: [MessageController] })(PlainModule);

const app = await NestFactory.create<NestFastifyApplication>(PlainModule, new FastifyAdapter(), {
  logger: false,
});
await app.listen(0, '127.0.0.1');
process.on('SIGTERM', () => process.exit());
process.on('disconnect', () => process.exit());
process.send?.({ listening: await app.getUrl() });
