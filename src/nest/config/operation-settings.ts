/** How a task starts, checks, reports and stops. */
export interface OperationSettings {
  /**
   * `DRAIN_SECONDS`: after SIGTERM, how long the task still serves while it is not ready, so that load balancers
   * notice; 0–3600 s. Default 0.
   */
  readonly drainMs: number;
  /** `SWEEP_SECONDS`: interval of the sweep for connections that are gone; 0–86400 s, 0 for none. Default 300 s. */
  readonly sweepMs: number;
  /**
   * `SWEEP_IDLE_SECONDS`: connections idle for at least this long are checked with GetConnection; 1–7200 s. Default
   * 720 s: API Gateway closes a connection after ten idle minutes.
   */
  readonly sweepIdleMs: number;
  /** Set if `OTEL_EXPORTER_OTLP_ENDPOINT` is: traces are exported by OTLP over HTTP. */
  readonly tracing: TracingSettings | undefined;
}

export interface TracingSettings {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector, such as `http://127.0.0.1:4318`; `/v1/traces` is appended. */
  readonly endpoint: string;
  /** `OTEL_SERVICE_NAME`. Default `backchannel`. */
  readonly serviceName: string;
}
