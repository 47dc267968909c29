import { type OnApplicationShutdown } from '@nestjs/common';
import {
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';
import { type TracingSettings } from '../config/operation-settings.js';
import { QuietExporter } from './quiet-exporter.js';
import { samplerOf } from './sampler.js';
import { type SpanAttributes, type ActiveSpan, Tracing } from './tracing.js';

/** What the span of a request records when it begins. */
export interface TracedRequest {
  readonly method: string;
  /** The pattern of the route, or `none`. */
  readonly route: string;
  /**
   * The header `traceparent`, unchecked. An invalid one counts as absent.
   * @see https://www.w3.org/TR/trace-context/#traceparent-header
   */
  readonly traceParent: string | undefined;
  readonly attributes: SpanAttributes;
}

export interface RequestSpan {
  /** Runs the handler of the request. Spans that begin in it become children of this span. */
  run(handle: () => void): void;
  end(status: number): void;
}

/**
 * Traces of every request, sent by OTLP over HTTP. Nothing of OpenTelemetry is registered for the whole process, so
 * that several applications in one process do not share anything.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/
 */
export class OtlpTracing extends Tracing implements OnApplicationShutdown {
  readonly isOn = true;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #propagator = new W3CTraceContextPropagator();
  readonly #contexts = new AsyncLocalStorageContextManager().enable();

  constructor(settings: TracingSettings, log: Logger) {
    super();
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': settings.serviceName }),
      sampler: samplerOf(settings),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new QuietExporter(settings, EXPORT_MS, log),
          scheduledDelayMillis: EVERY_MS,
          exportTimeoutMillis: EXPORT_MS,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('backchannel');
  }

  /** Begins the span of a request, as a child of the caller's span if `traceParent` names one. */
  request({ method, route, traceParent, attributes }: TracedRequest): RequestSpan {
    const parent = this.#propagator.extract(ROOT_CONTEXT, { traceparent: traceParent }, defaultTextMapGetter);
    const span = this.#tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: { ...attributes, 'http.request.method': method, 'http.route': route },
      },
      parent,
    );
    return {
      run: (handle) => this.#within(span, ROOT_CONTEXT, handle),
      end: (status) => {
        span.setAttribute('http.response.status_code', status);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  async span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (span: ActiveSpan) => Promise<T>,
  ): Promise<T> {
    const parent = this.#contexts.active();
    const span = this.#tracer.startSpan(name, { attributes }, parent);
    try {
      return await this.#within(span, parent, () => work({ add: (known) => void span.setAttributes(known) }));
    } catch (error) {
      // the error's text may contain what a client has sent
      span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  async child<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    return trace.getSpan(this.#contexts.active()) === undefined ? work() : this.span(name, attributes, work);
  }

  /** Exports the remaining spans; takes at most {@link EXPORT_MS}. */
  async onApplicationShutdown(): Promise<void> {
    // the exporter logs a failure
    await this.#provider.shutdown().catch(() => undefined);
    this.#contexts.disable();
  }

  #within<T>(span: Span, parent: Context, work: () => T): T {
    return this.#contexts.with(trace.setSpan(parent, span), work);
  }
}

/** Spans are collected for this time and exported together. */
const EVERY_MS = 1_000;
/** How long an export waits for the collector's response. */
const EXPORT_MS = 2_000;
