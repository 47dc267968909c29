import { createHash, randomInt } from 'node:crypto';
import { BodySchema, type JsonSchema } from './body-schema.js';
import { INTEGRATION_TIMEOUT_MS } from './silent/control-choices.js';

/** Injected faults, which happen occasionally on AWS. By default there are none. */
export class Faults {
  #settings: FaultSettings = {};
  #setBy = '';
  /** A generator for each, so that the choices for one fault do not depend on the number of choices for the other. */
  #random = { throttle: Math.random, integrationFailure: Math.random };

  get settings(): FaultSettings {
    return this.#settings;
  }

  /** The interface by which they were set, for errors. */
  get setBy(): string {
    return this.#setBy;
  }

  /**
   * Replaces all settings and restarts the random generators. Without a seed it picks one, which is in `settings`.
   *
   * @param setBy such as `PUT /_gateway/faults`
   */
  set(settings: FaultSettings, setBy: string): void {
    this.#setBy = setBy;
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
  /** Absent for a request to an HTTP API: faults of one connection do not concern it. */
  readonly connectionId?: string;
  readonly routeKey: string;
}

/** A fault that is left out does not happen. */
export interface FaultSettings {
  /** Makes the random choices reproducible; picked when it is left out. */
  readonly seed?: number;
  /** Proportion of requests to `@connections` that get 429 `LimitExceededException`. */
  readonly throttle?: Rate;
  /** Delay before a request to `@connections` is served, and before an integration is called. */
  readonly latencyMs?: { readonly callback?: number; readonly integration?: number };
  /** `$disconnect` is called not at all, or twice. */
  readonly disconnect?: 'drop' | 'duplicate' | null;
  /** Ids of VPC links whose integrations fail, or `*` for every link. */
  readonly vpcLinkDown?: readonly string[];
  /** Proportion of integration calls that fail as if the target did not listen. */
  readonly integrationFailure?: Rate;
  /** Limits the faults of integrations to calls for this route key. */
  readonly route?: string;
  /** Limits all faults to this connection. */
  readonly connectionId?: string;
}

/** From 0 to 1. */
interface Rate {
  readonly rate: number;
}

/** A whole number from 0 on. */
const upTo = (maximum: number, description?: string): JsonSchema => ({
  type: 'integer',
  minimum: 0,
  maximum,
  'x-expected': `a whole number from 0 to ${maximum}`,
  ...(description !== undefined && { description }),
});
/** An object without other fields, so that a misspelt one is an error. */
const fields = (
  example: string,
  properties: Readonly<Record<string, JsonSchema>>,
  more: Partial<JsonSchema> = {},
): JsonSchema => ({
  type: 'object',
  'x-expected': `an object such as ${example}`,
  properties,
  additionalProperties: false,
  ...more,
});
const rate = (description: string) =>
  fields(
    '{"rate": 0.1}',
    { rate: { type: 'number', minimum: 0, maximum: 1, 'x-expected': 'a number from 0 to 1' } },
    { required: ['rate'], description },
  );
/** More than the longest timeout of an integration would have the same effect. */
const latencyMs = upTo(INTEGRATION_TIMEOUT_MS.max);
const vpcLinks = 'a list of VPC link ids, or ["*"] for every link';

/** The body of `PUT /_gateway/faults`. */
export const FaultSettings = new BodySchema<FaultSettings>(
  fields('{"throttle": {"rate": 0.1}}', {
    seed: upTo(2 ** 32 - 1, 'Makes the random choices reproducible; picked when it is left out.'),
    throttle: rate('Proportion of requests to @connections that get 429 LimitExceededException.'),
    latencyMs: fields(
      '{"callback": 200, "integration": 1000}',
      { callback: latencyMs, integration: latencyMs },
      {
        description:
          'Delay before a request to @connections is served, and before an integration is called, in milliseconds.',
      },
    ),
    disconnect: {
      enum: ['drop', 'duplicate', null],
      'x-expected': '"drop", "duplicate" or null',
      description: '$disconnect is called not at all, or twice: AWS calls it best effort.',
    },
    vpcLinkDown: {
      type: 'array',
      items: { type: 'string', minLength: 1, 'x-expected': vpcLinks },
      'x-expected': vpcLinks,
      description: 'Integrations with these VPC links fail.',
    },
    integrationFailure: rate('Proportion of integration calls that fail as if the target did not listen.'),
    route: {
      type: 'string',
      minLength: 1,
      'x-expected': 'a route key, such as "$default"',
      description: 'Limits the faults of integrations to calls for this route key.',
    },
    connectionId: {
      type: 'string',
      minLength: 1,
      'x-expected': 'a connection id',
      description: 'Limits all faults to this connection.',
    },
  }),
);

/** Reproducible numbers from 0 to 1: the hash of the seed and a counter. */
function seededRandom(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}
