import { createHash, randomInt } from 'node:crypto';
import { z } from 'zod';

/**
 * What goes wrong now and then on AWS, and can be made to go wrong here: `PUT /_gateway/faults`. Nothing does until
 * somebody asks for it.
 */
export class Faults {
  #settings: FaultSettings = {};
  /** One each, so that the choices of one fault do not depend on how often the other was asked for. */
  #random = { throttle: Math.random, integrationFailure: Math.random };

  get settings(): FaultSettings {
    return this.#settings;
  }

  /** Replaces all of them, and begins the random choices anew. Without a seed it picks one, which `settings` tells. */
  set(settings: FaultSettings): void {
    const { seed = randomInt(2 ** 32) } = settings;
    this.#settings = { ...settings, seed };
    this.#random = { throttle: seededRandom(seed), integrationFailure: seededRandom(seed + 1) };
  }

  clear(): void {
    this.#settings = {};
  }

  /** Whether this request to `@connections` is to be answered with 429. */
  throttlesCallback(): boolean {
    return this.#happens('throttle');
  }

  /** Whether this call of an integration is to fail as if nothing listened there. */
  failsIntegration(vpcLinkId: string | undefined): boolean {
    const down = this.#settings.vpcLinkDown ?? [];
    if (vpcLinkId !== undefined && (down.includes(vpcLinkId) || down.includes('*'))) return true;
    return this.#happens('integrationFailure');
  }

  /** By so much each of them is to be delayed, in milliseconds of real time. */
  latencyMs(of: 'callback' | 'integration'): number {
    return this.#settings.latencyMs?.[of] ?? 0;
  }

  /** How many times `$disconnect` is to be told of one end. */
  get disconnectCalls(): number {
    switch (this.#settings.disconnect) {
      case 'drop':
        return 0;
      case 'duplicate':
        return 2;
      default:
        return 1;
    }
  }

  #happens(fault: 'throttle' | 'integrationFailure'): boolean {
    const rate = this.#settings[fault]?.rate;
    return rate !== undefined && this.#random[fault]() < rate;
  }
}

const numberBetween = (min: number, max: number) => {
  const error = `must be a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};
const integerBetween = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
/** An object with these fields and no other, so that a misspelt one is noticed. */
const fields = <T extends z.ZodRawShape>(shape: T, example: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has no field ${issue.keys.join(', ')}: it may have ${Object.keys(shape).join(', ')}`
        : `must be an object such as ${example}`,
  });
const rate = fields({ rate: numberBetween(0, 1) }, '{"rate": 0.1}');
/** An integration's longest timeout: what is later is a timeout in any case. */
const latencyMs = integerBetween(0, 29_000).optional();
const VPC_LINKS = 'must be a list of VPC link ids, or ["*"] for every link';

/** The body of `PUT /_gateway/faults`. What it leaves out does not happen. */
export const FaultSettings = fields(
  {
    /** Makes the choices of the rates below the same again; picked when it is left out. */
    seed: integerBetween(0, 2 ** 32 - 1).optional(),
    /** So many of the requests to `@connections` are answered with 429 `LimitExceededException`. */
    throttle: rate.optional(),
    /** What is waited before a request to `@connections` is served, and before an integration is called. */
    latencyMs: fields(
      { callback: latencyMs, integration: latencyMs },
      '{"callback": 200, "integration": 1000}',
    ).optional(),
    /** `$disconnect`, which AWS calls best effort, is not called at all, or twice. */
    disconnect: z.enum(['drop', 'duplicate'], { error: 'must be "drop", "duplicate" or null' }).nullish(),
    /** Integrations that go through these VPC links fail. */
    vpcLinkDown: z
      .array(z.string({ error: VPC_LINKS }).min(1, { error: VPC_LINKS }), { error: VPC_LINKS })
      .optional(),
    /** So many calls of integrations fail as if nothing listened there. */
    integrationFailure: rate.optional(),
  },
  '{"throttle": {"rate": 0.1}}',
);
export type FaultSettings = Readonly<z.infer<typeof FaultSettings>>;

/** Numbers from 0 to 1 that a seed repeats, which `Math.random` cannot: of each, the hash of the seed and a count. */
function seededRandom(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}
