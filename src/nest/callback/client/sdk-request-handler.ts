import { type HttpPool, type PoolResponse } from './http-pool.js';
import { type SdkRequest } from './sdk-request-signer.js';

interface SdkHandlerOptions {
  readonly requestTimeout?: number;
  readonly abortSignal?: AbortSignal;
}

/** The `requestHandler` for the SDK's client that sends its requests through `pool`. */
export function sdkRequestHandler(pool: HttpPool, defaultTimeoutMs: number) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(
      request: SdkRequest,
      { requestTimeout = defaultTimeoutMs, abortSignal }: SdkHandlerOptions = {},
    ) {
      const { status: statusCode, headers, body } = await pool.request(request, requestTimeout, abortSignal);
      return { response: { statusCode, headers: singleHeaders(headers), body } };
    },
    destroy: () => pool.close(),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function singleHeaders(headers: PoolResponse['headers']): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) single[name] = String(headers[name]);
  return single;
}
