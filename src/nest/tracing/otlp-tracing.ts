import { type OnApplicationShutdown } from '@nestjs/common';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';
import { type Tracing as TracingSettings } from '../../service/configuration/operation.js';
import { QuietExporter } from './quiet-exporter.js';
import { remoteParent } from './remote-parent.js';
import { type SpanAttributes, type SpanUnderWay, Tracing } from './tracing.js';

/** A request, as its span tells of it. */
export interface TracedRequest {
  readonly method: string;
  /** Its pattern, or `none`. */
  readonly route: string;
  /** `traceparent`, when there is one. */
  readonly traceParent: string | undefined;
  /** What else is known when it begins. */
  readonly attributes: SpanAttributes;
}

export interface RequestSpan {
  /** Runs what handles the request: the parts of that become parts of this. */
  run(handle: () => void): void;
  end(status: number): void;
}

/**
 * Traces of every request, sent by OTLP over HTTP. Its own instance of everything: nothing of OpenTelemetry is registered
 * for the whole process, so applications in one process do not meet.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/
 */
export class OtlpTracing extends Tracing implements OnApplicationShutdown {
  readonly isOn = true;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #contexts = new AsyncLocalStorageContextManager().enable();

  constructor({ endpoint, serviceName }: TracingSettings, log: Logger) {
    super();
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new QuietExporter(`${endpoint}/v1/traces`, EXPORT_MS, log),
          scheduledDelayMillis: EVERY_MS,
          exportTimeoutMillis: EXPORT_MS,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('backchannel');
  }

  /** Begins a request's span, below that of whoever sends it. */
  request({ method, route, traceParent, attributes }: TracedRequest): RequestSpan {
    const parent = remoteParent(traceParent);
    const span = this.#tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: { ...attributes, 'http.request.method': method, 'http.route': route },
      },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
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
    work: (span: SpanUnderWay) => Promise<T>,
  ): Promise<T> {
    const parent = this.#contexts.active();
    const span = this.#tracer.startSpan(name, { attributes }, parent);
    try {
      return await this.#within(span, parent, () => work({ add: (known) => void span.setAttributes(known) }));
    } catch (error) {
      // its text may hold what a client has sent
      span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  /** Sends what has not been sent; takes {@link EXPORT_MS} at most. */
  async onApplicationShutdown(): Promise<void> {
    // where it could not be sent, the exporter has said so
    await this.#provider.shutdown().catch(() => undefined);
    this.#contexts.disable();
  }

  #within<T>(span: Span, parent: Context, work: () => T): T {
    return this.#contexts.with(trace.setSpan(parent, span), work);
  }
}

/** How long spans wait for others to be sent with. */
const EVERY_MS = 1_000;
/** For a collector that does not answer. */
const EXPORT_MS = 2_000;
