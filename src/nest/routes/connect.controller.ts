import { type IncomingHttpHeaders } from 'node:http';
import { Controller, Headers, HttpCode, HttpStatus, Post, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { PATHS } from '../../api/integration.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { LifecycleHandlers } from '../lifecycle/lifecycle-handlers.js';
import { RequestLog } from '../logging/request-log.js';
import { Metrics } from '../metrics/metrics.js';
import { Authenticator } from '../authentication/authenticator.js';
import { FromGateway, type GatewayRequest } from './gateway-request.js';
import { GatewaySecretGuard } from './gateway-secret.guard.js';

/** `$connect`: a client wants to connect. Any 2xx opens the connection, any other status refuses the handshake. */
@Controller(PATHS.connect)
@UseGuards(GatewaySecretGuard)
export class ConnectController {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly lifecycle: LifecycleHandlers,
    private readonly connections: ConnectionsService,
    private readonly metrics: Metrics,
    private readonly log: RequestLog,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async connect(
    @FromGateway() request: GatewayRequest,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const userId = await this.authenticator.authenticate(request);
    const session = await this.lifecycle.connecting(request, userId, headers);
    await this.connections.register(request, { userId, session });
    this.metrics.connectionOpened();
    if (request.subProtocol) reply.header('Sec-WebSocket-Protocol', request.subProtocol);
    this.log.info({ sourceIp: request.sourceIp, userId }, 'connected');
  }
}
