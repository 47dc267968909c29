/** What is told of a span. Never contents, tokens or secrets. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** What is under way, as seen by whoever does it. */
export interface SpanUnderWay {
  /** What is known only now. */
  add(attributes: SpanAttributes): void;
}

/** Where traces of requests go: nowhere, unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set. */
export abstract class Tracing {
  /** Whether anybody sees the spans. */
  abstract readonly isOn: boolean;

  /** Runs a part of the request, or whatever else is under way, as a span of its own; what it throws is in the span. */
  abstract span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (span: SpanUnderWay) => Promise<T>,
  ): Promise<T>;
}

export class NoTracing extends Tracing {
  readonly isOn = false;

  span<T>(_name: string, _attributes: SpanAttributes, work: (span: SpanUnderWay) => Promise<T>): Promise<T> {
    return work(NOBODY_SEES);
  }
}

const NOBODY_SEES: SpanUnderWay = { add: () => undefined };
