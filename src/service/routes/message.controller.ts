import { Body, Controller, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { PATHS } from '../../api/integration.js';
import { Dispatcher } from '../messages/dispatcher.js';
import { FromGateway, type GatewayRequest } from './gateway-request.js';
import { GatewaySecretGuard } from './gateway-secret.guard.js';

/**
 * `$default`: a client has sent a frame. The answer goes to the client by callback, before the HTTP answer, which has
 * no body because the route is one-way. A client's mistake is no error here: the client is told by callback.
 */
@Controller(PATHS.message)
@UseGuards(GatewaySecretGuard)
export class MessageController {
  constructor(private readonly dispatcher: Dispatcher) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async message(@FromGateway() request: GatewayRequest, @Body() text: string | undefined): Promise<void> {
    await this.dispatcher.dispatch(request, text ?? '');
  }
}
