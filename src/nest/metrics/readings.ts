import { Counter, Gauge, type Registry } from 'prom-client';

/** What is there at the moment. */
export interface Sources {
  /** Of all tasks together; undefined where that is not known. */
  readonly inStore: () => Promise<InStore | undefined>;
  readonly queuedMessages: () => number;
  readonly queuedBytes: () => number;
  readonly fanOutConcurrency: () => number;
  readonly shardsUnderWay: () => number;
  /** How this task has parted with shards since its start, by the way it did. */
  readonly shardsParted: () => Readonly<Record<string, number>>;
  readonly isDraining: () => boolean;
}

export interface InStore {
  readonly connections: number;
  readonly channels: number;
  /** Put and not finished yet. */
  readonly shards: number;
}

/** Metrics that are read when Prometheus asks, from those who know. */
export class Readings {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** To be called once. */
  from(sources: Sources): void {
    const { inStore } = sources;
    const inStoreGauge = (name: string, help: string, of: (counts: InStore) => number) =>
      // Prometheus takes NaN for a gap
      this.#gauge(name, help, async () => inStore().then((counts) => (counts ? of(counts) : Number.NaN)));
    inStoreGauge('connections', 'Connections of all tasks together', ({ connections }) => connections);
    inStoreGauge('channels', 'Channels with members, of all tasks together', ({ channels }) => channels);
    inStoreGauge('shards_pending', 'Shards that no task has finished yet', ({ shards }) => shards);
    this.#gauge('shards_under_way', 'Shards that this task sends now', sources.shardsUnderWay);
    this.#counts(
      'shards_total',
      'Shards that this task has taken and parted with',
      'result',
      sources.shardsParted,
    );
    this.#gauge('callback_queue_messages', 'Messages held for all connections', sources.queuedMessages);
    this.#gauge('callback_queue_bytes', 'Bytes of the messages held', sources.queuedBytes);
    this.#gauge(
      'callback_fan_out_concurrency',
      'Posts of messages to many that may be under way at once',
      sources.fanOutConcurrency,
    );
    this.#gauge('draining', '1 while this task is about to stop', () => Number(sources.isDraining()));
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const gauge = new Gauge({
      name: `backchannel_${name}`,
      help,
      // registered below
      registers: [],
      async collect() {
        this.set(await read());
      },
    });
    this.#registry.registerMetric(gauge);
  }

  #counts(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    const counter = new Counter({
      name: `backchannel_${name}`,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
    this.#registry.registerMetric(counter);
  }
}
