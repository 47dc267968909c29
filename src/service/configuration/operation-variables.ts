import { z } from 'zod';
import { wholeNumber } from './variable-schemas.js';

/** How a task lives among others, and what it tells of itself. */
export interface OperationSettings {
  /**
   * `DRAIN_SECONDS`: how long it serves on after SIGTERM with its readiness gone, so that the load balancer notices;
   * 0–3600. Default 0, here in milliseconds.
   */
  readonly drainMs: number;
  /** `SWEEP_SECONDS`: how often connections are looked for that left unnoticed; 0–86400, 0 never. Default 300, in ms. */
  readonly sweepMs: number;
  /**
   * `SWEEP_IDLE_SECONDS`: who was silent for so long is asked about; 1–7200. Default 720, here in milliseconds: API
   * Gateway ends a connection that was idle for ten minutes.
   */
  readonly sweepIdleMs: number;
  /** Traces are sent when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, by OTLP over HTTP. */
  readonly tracing: Tracing | undefined;
}

export interface Tracing {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector, such as `http://127.0.0.1:4318`; `/v1/traces` is appended. */
  readonly endpoint: string;
  /** `OTEL_SERVICE_NAME`. Default `backchannel`. */
  readonly serviceName: string;
}

/** The settings each by itself; `config.ts` has them among its own. */
export const operationSettings = {
  DRAIN_SECONDS: wholeNumber(0, 3600).default(0),
  SWEEP_SECONDS: wholeNumber(0, 86_400).default(300),
  SWEEP_IDLE_SECONDS: wholeNumber(1, 7200).default(720),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(
      (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
      'expected a URL that starts with https: or http:',
    )
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  OTEL_SERVICE_NAME: z.string().default('backchannel'),
};

/** The settings together. */
export function operation(settings: z.output<z.ZodObject<typeof operationSettings>>): OperationSettings {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName } = settings;
  return {
    drainMs: settings.DRAIN_SECONDS * 1000,
    sweepMs: settings.SWEEP_SECONDS * 1000,
    sweepIdleMs: settings.SWEEP_IDLE_SECONDS * 1000,
    tracing: endpoint === undefined ? undefined : { endpoint, serviceName },
  };
}
