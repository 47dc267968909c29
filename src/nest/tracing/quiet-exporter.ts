import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { type SpanExporter } from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';

/** Sends spans, and says once that it cannot, until it can again: a collector that is away is no trouble of the service. */
export class QuietExporter implements SpanExporter {
  readonly #exporter: OTLPTraceExporter;
  #isFailing = false;

  constructor(
    url: string,
    timeoutMs: number,
    private readonly log: Logger,
  ) {
    this.#exporter = new OTLPTraceExporter({ url, timeoutMillis: timeoutMs });
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans, (result) => {
      // ExportResultCode.SUCCESS, which is in a package that only the exporter has
      const hasFailed = (result.code as number) !== 0;
      if (hasFailed && !this.#isFailing) this.log.warn({ err: result.error }, 'traces cannot be sent');
      if (!hasFailed && this.#isFailing) this.log.info('traces are sent again');
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
