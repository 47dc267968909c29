import { createHash, randomInt } from 'node:crypto';
import { z } from 'zod';
import { INTEGRATION_TIMEOUT_MS } from './silent/control-choices.js';

/** Injected faults, which happen occasionally on AWS: `PUT /_gateway/faults` sets them. By default there are none. */
export class Faults {
  #settings: FaultSettings = {};
  /** A generator for each, so that the choices for one fault do not depend on the number of choices for the other. */
  #random = { throttle: Math.random, integrationFailure: Math.random };

  get settings(): FaultSettings {
    return this.#settings;
  }

  /** Replaces all settings and restarts the random generators. Without a seed it picks one, which is in `settings`. */
  set(settings: FaultSettings): void {
    const { seed = randomInt(2 ** 32) } = settings;
    this.#settings = { ...settings, seed };
    this.#random = { throttle: seededRandom(seed), integrationFailure: seededRandom(seed + 1) };
  }

  clear(): void {
    this.#settings = {};
  }

  /** Whether this request to `@connections` gets 429. */
  throttlesCallback(connectionId: string): boolean {
    return this.#concerns({ connectionId }) && this.#happens('throttle');
  }

  /** Whether this call of an integration fails as if its target did not listen. */
  failsIntegration(vpcLinkId: string | undefined, call: FaultyCall): boolean {
    if (!this.#concerns(call)) return false;
    const down = this.#settings.vpcLinkDown ?? [];
    if (vpcLinkId !== undefined && (down.includes(vpcLinkId) || down.includes('*'))) return true;
    return this.#happens('integrationFailure');
  }

  /** Delay of a request to `@connections`, in real time. */
  callbackLatencyMs(connectionId: string): number {
    return this.#concerns({ connectionId }) ? (this.#settings.latencyMs?.callback ?? 0) : 0;
  }

  /** Delay of a call of an integration, in real time. */
  integrationLatencyMs(call: FaultyCall): number {
    return this.#concerns(call) ? (this.#settings.latencyMs?.integration ?? 0) : 0;
  }

  /** Number of `$disconnect` calls for a closed connection. */
  disconnectCalls(connectionId: string): number {
    switch (this.#concerns({ connectionId }) ? this.#settings.disconnect : undefined) {
      case 'drop':
        return 0;
      case 'duplicate':
        return 2;
      default:
        return 1;
    }
  }

  /** A call without a route key is no call of an integration: only `connectionId` limits its faults. */
  #concerns({ connectionId, routeKey }: Pick<FaultyCall, 'connectionId'> & Partial<FaultyCall>): boolean {
    const { connectionId: onlyConnection = connectionId, route = routeKey } = this.#settings;
    return onlyConnection === connectionId && (routeKey === undefined || route === routeKey);
  }

  #happens(fault: 'throttle' | 'integrationFailure'): boolean {
    const rate = this.#settings[fault]?.rate;
    return rate !== undefined && this.#random[fault]() < rate;
  }
}

/** The call of an integration that may fail. */
export interface FaultyCall {
  readonly connectionId: string;
  readonly routeKey: string;
}

const numberBetween = (min: number, max: number) => {
  const error = `must be a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};
const integerBetween = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
/** An object without other fields, so that a misspelt one is an error. */
const fields = <T extends z.ZodRawShape>(shape: T, example: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has no field ${issue.keys.join(', ')}: it may have ${Object.keys(shape).join(', ')}`
        : `must be an object such as ${example}`,
  });
const rate = fields({ rate: numberBetween(0, 1) }, '{"rate": 0.1}');
/** More than the longest timeout of an integration would have the same effect. */
const latencyMs = integerBetween(0, INTEGRATION_TIMEOUT_MS.max).optional();
const ROUTE = 'must be a route key, such as "$default"';
const CONNECTION = 'must be a connection id';
const VPC_LINKS = 'must be a list of VPC link ids, or ["*"] for every link';

/** The body of `PUT /_gateway/faults`. A fault that is left out does not happen. */
export const FaultSettings = fields(
  {
    /** Makes the random choices reproducible; picked when it is left out. */
    seed: integerBetween(0, 2 ** 32 - 1).optional(),
    /** Proportion of requests to `@connections` that get 429 `LimitExceededException`. */
    throttle: rate.optional(),
    /** Delay before a request to `@connections` is served, and before an integration is called. */
    latencyMs: fields(
      { callback: latencyMs, integration: latencyMs },
      '{"callback": 200, "integration": 1000}',
    ).optional(),
    /** `$disconnect` is called not at all, or twice: AWS calls it best effort. */
    disconnect: z.enum(['drop', 'duplicate'], { error: 'must be "drop", "duplicate" or null' }).nullish(),
    /** Integrations with these VPC links fail. */
    vpcLinkDown: z
      .array(z.string({ error: VPC_LINKS }).min(1, { error: VPC_LINKS }), { error: VPC_LINKS })
      .optional(),
    /** Proportion of integration calls that fail as if the target did not listen. */
    integrationFailure: rate.optional(),
    /** Limits the faults of integrations to calls for this route key. */
    route: z.string({ error: ROUTE }).min(1, { error: ROUTE }).optional(),
    /** Limits all faults to this connection. */
    connectionId: z.string({ error: CONNECTION }).min(1, { error: CONNECTION }).optional(),
  },
  '{"throttle": {"rate": 0.1}}',
);
export type FaultSettings = Readonly<z.infer<typeof FaultSettings>>;

/** Reproducible numbers from 0 to 1: the hash of the seed and a counter. */
function seededRandom(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}
