import { Controller, HttpStatus, Post, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { PROBLEMS } from '../../api/errors.js';
import { PATHS } from '../../api/integration.js';
import { Config } from '../config/config.js';
import { RequestLog } from '../logging/request-log.js';
import { Dispatcher } from '../messages/dispatcher.js';
import { problemOf, withStatus } from '../http/error.filter.js';
import { FromGateway, type GatewayRequest } from './gateway-request.js';
import { GatewaySecretGuard } from './gateway-secret.guard.js';
import { BodyText } from '../http/request-body.js';

/**
 * `$default`: a client has sent a frame. The answer goes to the client by callback, before the HTTP answer, which has no
 * body because the route is one-way. With `REPLIES=response` the route is two-way, and the answer is the HTTP answer's
 * body, which API Gateway passes on whatever the status is. A client's mistake is no error here: the client is told.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
 */
@Controller(PATHS.message)
@UseGuards(GatewaySecretGuard)
export class MessageController {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly config: Config,
    private readonly log: RequestLog,
  ) {}

  @Post()
  async message(
    @FromGateway() request: GatewayRequest,
    @BodyText() text: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    reply.status(HttpStatus.OK);
    if (this.config.replies === 'callback') {
      await this.dispatcher.dispatch(request, text);
      return undefined;
    }
    const { frame, failure } = await this.dispatcher.replyTo(request, text);
    if (failure !== undefined) {
      this.log.error({ err: failure }, 'request failed');
      withStatus(PROBLEMS[problemOf(failure).code].status, reply);
    }
    reply.type('application/json; charset=utf-8');
    return frame;
  }
}
