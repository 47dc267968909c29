import { z } from 'zod';
import { type OperationSettings } from '../../nest/config/operation-settings.js';
import { wholeNumber } from './variable-schemas.js';

/** One row for each variable. */
export const operationVariables = {
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

export function operationSettings(
  variables: z.output<z.ZodObject<typeof operationVariables>>,
): OperationSettings {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName } = variables;
  return {
    drainMs: variables.DRAIN_SECONDS * 1000,
    sweepMs: variables.SWEEP_SECONDS * 1000,
    sweepIdleMs: variables.SWEEP_IDLE_SECONDS * 1000,
    tracing: endpoint === undefined ? undefined : { endpoint, serviceName },
  };
}
