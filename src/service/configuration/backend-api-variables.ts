import { z } from 'zod';
import { type ApiKey, type BackendApiSettings } from '../../nest/config/backend-api-settings.js';
import { wholeNumber } from './variable-schemas.js';

const API_KEY = /^([\w-]{1,64}):([A-Za-z0-9._~+/=-]{32,256})$/;

/** One row for each variable. */
export const backendApiVariables = {
  API_KEYS: z
    .string()
    .transform((text, context) => {
      const parts = text.split(',').map((part) => API_KEY.exec(part.trim()));
      if (parts.every((part) => part !== null)) {
        return parts.map(([, name = '', key = '']): ApiKey => ({ name, key }));
      }
      context.addIssue(
        'expected name:key, separated by commas, each key with 32 to 256 characters of A-Z a-z 0-9 . _ ~ + / = -',
      );
      return z.NEVER;
    })
    .default([]),
  IDEMPOTENCY_SECONDS: wholeNumber(60, 604_800).default(86_400),
};

export function backendApiSettings(
  variables: z.output<z.ZodObject<typeof backendApiVariables>>,
): BackendApiSettings {
  return { keys: variables.API_KEYS, idempotencyMs: variables.IDEMPOTENCY_SECONDS * 1000 };
}
