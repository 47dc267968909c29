import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { ConfigError } from '../config/config.errors.js';

/** The HTTP server of the application. */
@Injectable()
export class FastifyHost {
  constructor(private readonly host: HttpAdapterHost) {}

  /**
   * Undefined in a program without a server, `NestFactory.createApplicationContext`.
   *
   * @throws {ConfigError} the application runs on express
   */
  get server(): FastifyInstance | undefined {
    const { httpAdapter } = this.host as { readonly httpAdapter?: HttpAdapterHost['httpAdapter'] };
    if (!httpAdapter) return undefined;
    if (httpAdapter.getType() === 'fastify') return httpAdapter.getInstance<FastifyInstance>();
    throw new ConfigError([
      'backchannel-nest needs @nestjs/platform-fastify: create the application with ' +
        'NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(FASTIFY_OPTIONS))',
    ]);
  }
}
