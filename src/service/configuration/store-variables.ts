import { resolve } from 'node:path';
import { z } from 'zod';
import { type SettingProblem, trueOrFalse, wholeNumber } from './variable-schemas.js';

/** Where state is kept; in `config.ts`, the setting `STORE` and those of each store. */
export type StoreSettings =
  /** `STORE=embedded`, the default: SQLite in a file, for a service that is one process. */
  | {
      readonly kind: 'embedded';
      /** `DATA_DIR`: folder of the file, made when it is missing. Default `.data`; here always absolute. */
      readonly dataDir: string;
    }
  /** `STORE=redis`: Redis or Valkey. */
  | {
      readonly kind: 'redis';
      /** `REDIS_URL`: `redis://` or, with TLS, `rediss://`; user and password percent-encoded. Required. */
      readonly url: string;
      /** `REDIS_CLUSTER`: whether the server speaks cluster mode, as ElastiCache Serverless does. Default false. */
      readonly isCluster: boolean;
      /** `REDIS_PREFIX`: what all keys begin with; 1–64 letters, digits and `_ . : -`. Default `backchannel`. */
      readonly prefix: string;
      /** `STORE_TIMEOUT_MS`: until a command is answered; 50–20000. Default 2000. */
      readonly timeoutMs: number;
    }
  /** `STORE=dynamodb`: one table in Amazon DynamoDB. */
  | {
      readonly kind: 'dynamodb';
      /** `DYNAMODB_TABLE`. Required. */
      readonly table: string;
      /** `DYNAMODB_ENDPOINT`: where the table is, unless that follows from the region. Default none. */
      readonly endpoint: string | undefined;
      /** `STORE_TIMEOUT_MS`, as above. */
      readonly timeoutMs: number;
    };

const urlOf = (protocols: readonly string[], expected: string) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), expected);

const OF_EACH = {
  embedded: { DATA_DIR: z.string().default('.data') },
  redis: {
    REDIS_URL: urlOf(['redis:', 'rediss:'], 'expected a URL that starts with redis: or rediss:').optional(),
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
    DYNAMODB_ENDPOINT: urlOf(
      ['https:', 'http:'],
      'expected a URL that starts with https: or http:',
    ).optional(),
  },
};

/** The settings each by itself; `config.ts` has them among its own. */
export const storeSettings = {
  STORE: z
    .enum(['embedded', 'redis', 'dynamodb'], 'expected embedded, redis or dynamodb')
    .default('embedded'),
  ...OF_EACH.embedded,
  ...OF_EACH.redis,
  ...OF_EACH.dynamodb,
  STORE_TIMEOUT_MS: wholeNumber(50, 20_000).default(2000),
};

type Settings = z.output<z.ZodObject<typeof storeSettings>>;

/** The settings together, once nothing is wrong with them. */
export function store(settings: Settings): StoreSettings {
  const { STORE_TIMEOUT_MS: timeoutMs } = settings;
  switch (settings.STORE) {
    case 'embedded':
      return { kind: 'embedded', dataDir: resolve(settings.DATA_DIR) };
    case 'redis':
      return {
        kind: 'redis',
        url: settings.REDIS_URL!,
        isCluster: settings.REDIS_CLUSTER,
        prefix: settings.REDIS_PREFIX,
        timeoutMs,
      };
    case 'dynamodb':
      return {
        kind: 'dynamodb',
        table: settings.DYNAMODB_TABLE!,
        endpoint: settings.DYNAMODB_ENDPOINT,
        timeoutMs,
      };
  }
}

/** Problems that no setting has alone. */
export function storeProblems(env: NodeJS.ProcessEnv): readonly SettingProblem[] {
  const { STORE: kind = 'embedded' } = env;
  // of a STORE that is none of the three, it has been told already
  if (!(kind in OF_EACH)) return [];
  const required = { redis: 'REDIS_URL', dynamodb: 'DYNAMODB_TABLE' }[kind];
  const missing: SettingProblem[] =
    required !== undefined && env[required] === undefined ? [[required, `expected with STORE=${kind}`]] : [];
  const misplaced = Object.entries({ redis: OF_EACH.redis, dynamodb: OF_EACH.dynamodb }).flatMap(
    ([other, settings]) =>
      Object.keys(settings)
        .filter((name) => other !== kind && env[name] !== undefined)
        .map((name): SettingProblem => [name, `expected STORE=${other} with it`]),
  );
  return [...missing, ...misplaced];
}
