/** Fields of a span. Never contents, tokens or secrets. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span that has begun and not ended. */
export interface ActiveSpan {
  /** Adds fields that were not known when the span began. */
  add(attributes: SpanAttributes): void;
}

/** Traces of requests. They are exported only if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. */
export abstract class Tracing {
  /** Whether spans are exported. */
  abstract readonly isOn: boolean;

  /** Runs `work` within a span of its own, which also records an error that `work` throws. */
  abstract span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (span: ActiveSpan) => Promise<T>,
  ): Promise<T>;

  /**
   * Runs `work` within a span of its own if there is one around it. So what the service does by itself, such as polling
   * the store and sweeping, makes no traces.
   */
  abstract child<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
}

export class NoTracing extends Tracing {
  readonly isOn = false;

  span<T>(_name: string, _attributes: SpanAttributes, work: (span: ActiveSpan) => Promise<T>): Promise<T> {
    return work(NOT_RECORDED);
  }

  child<T>(_name: string, _attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    return work();
  }
}

const NOT_RECORDED: ActiveSpan = { add: () => undefined };
