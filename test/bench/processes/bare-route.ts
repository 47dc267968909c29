// A route that responds to a ping and does nothing else. `bare-route.ts nest | fastify | http`
import 'reflect-metadata';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import fastify from 'fastify';

interface Ping {
  readonly id: number;
}
const pong = ({ id }: Ping) => ({ type: 'pong', id });

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(pong(JSON.parse(body) as Ping)));
}

const KINDS: Readonly<Record<string, () => Promise<string>>> = {
  async nest() {
    class PingController {
      message(body: Ping) {
        return pong(body);
      }
    }
    class BareModule {
      readonly name = 'bare';
    }
    // applied as functions, because Node only strips types and does not compile decorators
    const method = Object.getOwnPropertyDescriptor(PingController.prototype, 'message')!;
    Body()(PingController.prototype, 'message', 0);
    HttpCode(200)(PingController.prototype, 'message', method);
    Post()(PingController.prototype, 'message', method);
    Controller('message')(PingController);
    Module({ controllers: [PingController] })(BareModule);
    const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  },

  async fastify() {
    const app = fastify();
    app.post<{ Body: Ping }>('/message', async ({ body }) => pong(body));
    return app.listen({ port: 0, host: '127.0.0.1' });
  },

  async http() {
    const server: Server = createServer((request, response) => void respond(request, response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  },
};

process.on('SIGTERM', () => process.exit());
process.on('disconnect', () => process.exit());
process.send?.({ listening: await KINDS[process.argv[2]!]!() });
