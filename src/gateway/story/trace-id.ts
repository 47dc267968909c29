import { type GatewayEvent } from '../recorder/gateway-event.js';

/** In this order. */
const HEADERS = ['traceparent', 'x-amzn-trace-id'];

/**
 * The id by which traces of the backend and of AWS X-Ray find the event: of the request to the backend, else of the request or
 * response of a caller. API Gateway sends none to an HTTP_PROXY integration of a message.
 *
 * @returns the value of the header `traceparent` (W3C) or `X-Amzn-Trace-Id`
 */
export function traceIdOf({ steps }: GatewayEvent): string | undefined {
  const ofBackend = steps.filter(({ step }) => step === 'integration_request');
  const headers = [...ofBackend, ...steps].flatMap((step) =>
    'headers' in step && step.headers !== undefined ? step.headers : [],
  );
  return HEADERS.map((name) => headers.find(([each]) => each.toLowerCase() === name)?.[1]).find(
    (value) => value !== undefined,
  );
}
