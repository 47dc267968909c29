import { resolve } from 'node:path';
import { z } from 'zod';
import { type StoreSettings } from '../../nest/config/store-settings.js';
import { trueOrFalse, type VariableProblem, wholeNumber } from './variable-schemas.js';

const url = (protocols: readonly string[], expected: string) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), expected);

const VARIABLES_BY_STORE = {
  embedded: { DATA_DIR: z.string().default('.data') },
  redis: {
    REDIS_URL: url(['redis:', 'rediss:'], 'expected a URL that starts with redis: or rediss:').optional(),
    REDIS_CLUSTER: trueOrFalse.default(false),
    REDIS_PREFIX: z
      .string()
      .regex(/^[\w.:-]{1,64}$/, 'expected 1 to 64 letters, digits and _ . : -')
      .default('backchannel'),
  },
  dynamodb: {
    DYNAMODB_TABLE: z
      .string()
      .regex(/^[\w.-]{3,255}$/, 'expected 3 to 255 letters, digits and _ . -')
      .optional(),
    DYNAMODB_ENDPOINT: url(['https:', 'http:'], 'expected a URL that starts with https: or http:').optional(),
  },
};

/** One row for each variable. */
export const storeVariables = {
  STORE: z
    .enum(['embedded', 'redis', 'dynamodb'], 'expected embedded, redis or dynamodb')
    .default('embedded'),
  ...VARIABLES_BY_STORE.embedded,
  ...VARIABLES_BY_STORE.redis,
  ...VARIABLES_BY_STORE.dynamodb,
  STORE_TIMEOUT_MS: wholeNumber(50, 20_000).default(2000),
};

type Variables = z.output<z.ZodObject<typeof storeVariables>>;

/** @param variables without any of {@link storeProblems} */
export function storeSettings(variables: Variables): StoreSettings {
  const { STORE_TIMEOUT_MS: timeoutMs } = variables;
  switch (variables.STORE) {
    case 'embedded':
      return { kind: 'embedded', dataDir: resolve(variables.DATA_DIR) };
    case 'redis':
      return {
        kind: 'redis',
        url: variables.REDIS_URL!,
        isCluster: variables.REDIS_CLUSTER,
        prefix: variables.REDIS_PREFIX,
        timeoutMs,
      };
    case 'dynamodb':
      return {
        kind: 'dynamodb',
        table: variables.DYNAMODB_TABLE!,
        endpoint: variables.DYNAMODB_ENDPOINT,
        timeoutMs,
      };
  }
}

/** Problems with the combination of variables. */
export function storeProblems(env: NodeJS.ProcessEnv): readonly VariableProblem[] {
  const { STORE: kind = 'embedded' } = env;
  // its own row reports any other STORE
  if (!(kind in VARIABLES_BY_STORE)) return [];
  const required = { redis: 'REDIS_URL', dynamodb: 'DYNAMODB_TABLE' }[kind];
  const missing: VariableProblem[] =
    required !== undefined && env[required] === undefined ? [[required, `required with STORE=${kind}`]] : [];
  const misplaced = Object.entries({
    redis: VARIABLES_BY_STORE.redis,
    dynamodb: VARIABLES_BY_STORE.dynamodb,
  }).flatMap(([other, variables]) =>
    Object.keys(variables)
      .filter((name) => other !== kind && env[name] !== undefined)
      .map((name): VariableProblem => [name, `expected only with STORE=${other}`]),
  );
  return [...missing, ...misplaced];
}
