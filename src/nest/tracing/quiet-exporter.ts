import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { type SpanExporter } from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';
import { type TracingSettings } from '../config/operation-settings.js';

/** Exports spans. Of consecutive failures only the first is logged: the service works without a collector. */
export class QuietExporter implements SpanExporter {
  readonly #exporter: OTLPTraceExporter;
  readonly #log: Logger;
  #isFailing = false;

  constructor(
    { endpoint, headers }: Pick<TracingSettings, 'endpoint' | 'headers'>,
    timeoutMs: number,
    log: Logger,
  ) {
    this.#log = log;
    this.#exporter = new OTLPTraceExporter({
      url: `${endpoint}/v1/traces`,
      headers: { ...headers },
      timeoutMillis: timeoutMs,
    });
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans, (result) => {
      const hasFailed = result.code !== ExportResultCode.SUCCESS;
      if (hasFailed && !this.#isFailing) this.#log.warn({ err: result.error }, 'traces not sent');
      if (!hasFailed && this.#isFailing) this.#log.info('traces sent again');
      this.#isFailing = hasFailed;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }
}
