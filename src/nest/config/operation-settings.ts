/** How a task starts, checks, reports and stops. */
export interface OperationSettings {
  /**
   * `DRAIN_SECONDS`: after SIGTERM, how long the task still serves while it is not ready, so that load balancers
   * notice.
   */
  readonly drainMs: number;
  /** `SWEEP_SECONDS`: interval of the sweep for connections that are gone; 0 for none. */
  readonly sweepMs: number;
  /** A constant: connections idle for at least this long are checked with GetConnection. */
  readonly sweepIdleMs: number;
  /** Set if `OTEL_EXPORTER_OTLP_ENDPOINT` is: traces are exported by OTLP over HTTP. */
  readonly tracing: TracingSettings | undefined;
}

export interface TracingSettings {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector, such as `http://127.0.0.1:4318`; `/v1/traces` is appended. */
  readonly endpoint: string;
  /** `OTEL_SERVICE_NAME`. */
  readonly serviceName: string;
  /** `OTEL_EXPORTER_OTLP_HEADERS`, by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** `OTEL_TRACES_SAMPLER`: which requests are traced. */
  readonly sampler: TraceSampler;
  /** `OTEL_TRACES_SAMPLER_ARG`: share of requests, 0 to 1, for the samplers by ratio. */
  readonly samplerRatio: number;
}

/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration */
export type TraceSampler = `${'' | 'parentbased_'}${'always_on' | 'always_off' | 'traceidratio'}`;
