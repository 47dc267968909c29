import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Logger } from 'pino';
import { type Clock } from '../clock.js';
import { HTTP_RESPONSES } from '../errors.js';
import { readBody } from '../http-body.js';
import { newRequestId } from '../ids.js';
import { LIMITS } from '../limits.js';
import { type Recorder } from '../recorder/recorder.js';
import { type ApiRequest } from './api-request.js';
import { type HttpAddress } from './http-address.js';
import { type HttpPipeline } from './http-pipeline.js';
import { type RequestBody } from './request-body.js';
import { gatewayResponse } from './steps/gateway-response.js';
import { writeResponse } from './write-response.js';

/** Serves HTTP APIs: from Node's request to the pipeline's and from its response to Node's. */
export class HttpApiServer {
  constructor(
    private readonly pipeline: HttpPipeline,
    private readonly clock: Clock,
    private readonly recorder: Recorder,
    private readonly log: Logger,
  ) {}

  async serve(request: IncomingMessage, response: ServerResponse, address: HttpAddress): Promise<void> {
    const startedAt = performance.now();
    const apiRequest = this.#read(request, address);
    if (apiRequest === undefined) return this.#refusePath(request, response, address);
    const result = await this.pipeline.respond(apiRequest, async () => bodyOf(request));
    const { sent } = result;
    if (sent !== undefined) response.once('close', () => sent(performance.now() - startedAt));
    writeResponse(response, result.response, apiRequest.requestId);
  }

  /** @returns `undefined` when the path cannot be decoded */
  #read(request: IncomingMessage, address: HttpAddress): ApiRequest | undefined {
    const { apiId, path, queryString, customDomain } = address;
    if (path === undefined) return undefined;
    const { method = '', headers, rawHeaders, socket } = request;
    return {
      apiId,
      method,
      target: request.url ?? '',
      path,
      queryString,
      rawHeaders,
      host: headers.host ?? '',
      customDomain,
      sourceIp: socket.remoteAddress ?? '',
      userAgent: headers['user-agent'],
      requestId: newRequestId(),
      requestTime: this.clock.now(),
    };
  }

  #refusePath(
    { method = '', url = '', rawHeaders }: IncomingMessage,
    response: ServerResponse,
    { apiId }: HttpAddress,
  ): void {
    const { status } = HTTP_RESPONSES.badRequest;
    const requestId = newRequestId();
    const reason = 'the path is not valid percent-encoding of UTF-8';
    this.log.info({ status, reason, method, path: url.split('?')[0], requestId, apiId }, 'request refused');
    const step = { step: 'client_request' as const, method, url, headers: rawHeaders };
    this.recorder.note('http_request', step, { result: 'refused', status, reason }, { apiId, requestId });
    writeResponse(response, gatewayResponse(HTTP_RESPONSES.badRequest), requestId);
  }
}

/** The body of a request, which most have not. */
async function bodyOf(request: IncomingMessage): Promise<RequestBody> {
  const { headers } = request;
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) {
    return { kind: 'complete', bytes: undefined };
  }
  try {
    const bytes = await readBody(request, LIMITS.httpRequestBytes);
    return bytes === undefined ? { kind: 'tooLarge' } : { kind: 'complete', bytes };
  } catch (error) {
    if (request.complete || !request.destroyed) throw error;
    return { kind: 'incomplete' };
  }
}
