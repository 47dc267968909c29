import { type SpanContext } from '@opentelemetry/api';

/**
 * The span of whoever has sent a request.
 *
 * @param traceParent the header `traceparent`, as it came
 * @returns undefined when it names none
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function remoteParent(traceParent: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACE_PARENT.exec(traceParent ?? '') ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & SAMPLED, isRemote: true };
}

/** A later version may have more behind it; `ff` is none. */
const TRACE_PARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const SAMPLED = 1;
