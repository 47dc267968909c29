import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallbackService } from '../callback/callback.service.js';
import { Config } from '../config/config.js';
import { RequestBodies } from '../http/request-body.js';
import { RequestLog } from '../logging/request-log.js';
import { isLoopback } from '../loopback.js';
import { Draining } from '../operation/draining.js';
import { closeAfterLastCallback, closeAfterLastResponse } from '../operation/graceful-shutdown.js';
import { InFlight } from '../operation/in-flight.js';
import { FASTIFY_OPTIONS } from './fastify-options.js';
import { FastifyHost } from './fastify-host.js';

/** Makes the application's server close as API Gateway and load balancers need it. */
@Injectable()
export class ServerShutdown implements OnModuleInit {
  constructor(
    private readonly host: FastifyHost,
    private readonly config: Config,
    private readonly log: RequestLog,
    private readonly callback: CallbackService,
    private readonly draining: Draining,
    private readonly inFlight: InFlight,
    private readonly bodies: RequestBodies,
  ) {}

  /** Not asynchronous: the scope of the routes inherits the hooks. */
  onModuleInit(): void {
    const { server } = this.host;
    if (server === undefined) return;
    this.#checkKeepAlive(server.server.keepAliveTimeout);
    closeAfterLastResponse(server, this.draining, this.inFlight, this.bodies);
    closeAfterLastCallback(server, this.callback);
  }

  /** A request that meets a closing connection fails, and so does the client's message: the cause is hard to find later. */
  #checkKeepAlive(keepAliveTimeout: number): void {
    const { keepAliveTimeout: needed } = FASTIFY_OPTIONS;
    if (keepAliveTimeout === 0 || keepAliveTimeout >= needed) return;
    if (isLoopback(new URL(this.config.wsApiEndpoint).hostname)) return;
    this.log.warn(
      { keepAliveTimeout, needed },
      'connections of the load balancer are closed too early: use new FastifyAdapter(FASTIFY_OPTIONS)',
    );
  }
}
