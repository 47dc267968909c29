import { z } from 'zod';
import { wholeNumber } from './variable-schemas.js';

/** The HTTP API for other backends. Without a key it is not there. */
export interface PublishApiSettings {
  /**
   * `API_KEYS`: `name:key` with commas between; a key is 32–256 characters of `A-Z a-z 0-9 . _ ~ + / = -`, its name 1–64
   * letters, digits, `_` and `-`. Several may have the same name, while one replaces another. Default none.
   */
  readonly keys: readonly ApiKey[];
  /** `IDEMPOTENCY_SECONDS`: how long an answer is kept for a repeated request; 60–604800. Default 86400, here in ms. */
  readonly idempotencyMs: number;
}

export interface ApiKey {
  /** Who uses it, for the log. */
  readonly name: string;
  readonly key: string;
}

const API_KEY = /^([\w-]{1,64}):([A-Za-z0-9._~+/=-]{32,256})$/;

/** The settings each by itself; `config.ts` has them among its own. */
export const publishApiSettings = {
  API_KEYS: z
    .string()
    .transform((text, context) => {
      const parts = text.split(',').map((part) => API_KEY.exec(part.trim()));
      if (parts.every((part) => part !== null)) {
        return parts.map(([, name = '', key = '']): ApiKey => ({ name, key }));
      }
      context.addIssue(
        'expected name:key with commas between, each key 32 to 256 characters of A-Z a-z 0-9 . _ ~ + / = -',
      );
      return z.NEVER;
    })
    .default([]),
  IDEMPOTENCY_SECONDS: wholeNumber(60, 604_800).default(86_400),
};

/** The settings together. */
export function publishApi(settings: z.output<z.ZodObject<typeof publishApiSettings>>): PublishApiSettings {
  return { keys: settings.API_KEYS, idempotencyMs: settings.IDEMPOTENCY_SECONDS * 1000 };
}
