import { Controller, HttpStatus, Post, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { PROBLEMS } from '../../api/errors.js';
import { PATHS } from '../../api/integration.js';
import { meteredUnits } from '../../api/metered-units.js';
import { Config } from '../config/config.js';
import { problemOf, setStatus } from '../http/error.filter.js';
import { BodyText } from '../http/request-body.js';
import { RequestLog } from '../logging/request-log.js';
import { Dispatcher } from '../messages/dispatcher.js';
import { Metrics } from '../metrics/metrics.js';
import { FromGateway, type GatewayRequest } from './gateway-request.js';
import { GatewaySecretGuard } from './gateway-secret.guard.js';

/**
 * `$default`: a client has sent a frame. The route is one-way: the reply is posted to the client before the HTTP
 * response, which has no body. With `REPLIES=response` the route is two-way: the reply is the body of the HTTP
 * response, which API Gateway forwards with any status. For a client's mistake, the reply has the error and the status
 * is 200.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
 */
@Controller(PATHS.message)
@UseGuards(GatewaySecretGuard)
export class MessageController {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly log: RequestLog,
  ) {}

  @Post()
  async message(
    @FromGateway() request: GatewayRequest,
    @BodyText() text: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    reply.status(HttpStatus.OK);
    this.metrics.metered('in', meteredUnits(Buffer.byteLength(text ?? '')));
    if (this.config.replies === 'callback') {
      await this.dispatcher.dispatch(request, text);
      return undefined;
    }
    const { frame, failure } = await this.dispatcher.replyTo(request, text);
    if (failure !== undefined) {
      this.log.error({ err: failure }, 'request failed');
      setStatus(PROBLEMS[problemOf(failure).code].status, reply);
    }
    if (frame !== undefined) this.metrics.metered('out', meteredUnits(Buffer.byteLength(frame)));
    reply.type('application/json; charset=utf-8');
    return frame;
  }
}
